import { toMilliseconds } from "@countersign/protocol/instants";
import type * as z from "zod";
import { readBacklog } from "../../notifications/infrastructure/delivery-queue.ts";
import { procedure } from "../../trpc/procedure.ts";
import { statusContract } from "../contract.ts";
import {
  checkerPart,
  gatewayPart,
  hsmPart,
  keyServicePart,
  notificationsPart,
  type Part,
  witnessPart,
} from "../domain/part-words.ts";
import { readProjected } from "../infrastructure/read-projected.ts";

type Status = z.infer<typeof statusContract.read.output>;

/** How the parts are, each with what that means for people. */
export const readStatus = procedure("status.read", statusContract.read).query(
  async ({ ctx: { parts, caller } }) => {
    const [head, counted, provider, stored] = await Promise.all([
      parts.keyService.call("/console/v1/log/head", {}),
      parts.keyService.call("/console/v1/status", {}),
      parts.identityProviderAnswers(),
      parts.database.withTenant(caller.tenant, async (tx) => ({
        projected: await readProjected(tx),
        backlog: await readBacklog(tx),
      })),
    ]);
    const now = parts.now();
    const ledger = head.ok ? head.value : null;
    const figures = counted.ok ? counted.value : null;
    const newest = Math.max(0, ...(ledger?.witnesses ?? []).map((it) => toMilliseconds(it.at)));
    const ways = [
      ...(parts.mailDomains === null ? [] : ["mail"]),
      ...(parts.hasWebhook ? ["webhook"] : []),
    ];
    return {
      at: now,
      mode: stored.projected.mode,
      keyService: keyServicePart(ledger === null ? null : (figures ?? undefined)),
      hsm: hsmPart(figures),
      // The rows above were just read from it.
      database: { state: "up", sentence: "Lists are read from it; nothing in it opens a secret." },
      checker: checkerPart(figures),
      witness: witnessPart(ledger === null ? null : (toMilliseconds(now) - newest) / 1000),
      gateway: gatewayPart(figures),
      identityProvider: provider ? PROVIDER_UP : PROVIDER_DOWN,
      notifications: notificationsPart(ways, stored.backlog),
      ledger: ledger && {
        origin: ledger.origin,
        size: ledger.size,
        root: ledger.root,
        note: ledger.note,
        signers: [ledger.origin, ...ledger.witnesses.map((it) => it.name)],
      },
      figures: figures && {
        startedAt: figures.startedAt,
        hsmLatencyMs: figures.hsm.latencyMs,
        queued: figures.ledger.queued,
        fence: figures.ledger.fence,
        witnessesAsked: figures.witnesses.asked,
        quorum: figures.witnesses.quorum,
        cosigned: figures.witnesses.newest,
        lastCheck: figures.lastCheck,
        gateways: figures.gateways,
      },
      projectionBehind: ledger && Math.max(0, ledger.size - stored.projected.nextIndex),
    } satisfies Status;
  },
);

const PROVIDER_UP: Part = { state: "up", sentence: "People can sign in." };
const PROVIDER_DOWN: Part = {
  state: "down",
  sentence: "Nobody can sign in anew. Sessions that are open, the desk and grants go on working.",
};
