import type { Digest } from "@countersign/protocol/ids";
import * as z from "zod";
import type { TenantReads } from "../../../db/console-database.ts";
import { instantOf, instantOrNull, People } from "../../names/names.ts";
import type { requestsContract } from "../../requests/contract.ts";

type Told = z.infer<typeof requestsContract.detail.output>["told"];
const state = z.enum(["queued", "sent", "dropped"]);

/** Who was told that a proposal waits for their signature, in the order of telling. */
export async function whoWasTold(
  tx: Pick<TenantReads, "notice" | "delivery" | "person">,
  proposal: Digest,
): Promise<Told> {
  const of = { proposal, kind: "waits" };
  const notices = await tx.notice.findMany({
    where: of,
    orderBy: [{ toldAt: "asc" }, { person: "asc" }],
  });
  const mails = await tx.delivery.findMany({ where: { ...of, channel: "mail" } });
  const people = await People.load(
    tx,
    notices.map((it) => it.person),
  );
  return notices.map((it) => {
    const mail = mails.find(({ recipient }) => recipient === it.person);
    return {
      person: people.ref(it.person),
      at: instantOf(it.toldAt),
      seenAt: instantOrNull(it.seenAt),
      mail: mail === undefined ? null : state.parse(mail.state),
    };
  });
}
