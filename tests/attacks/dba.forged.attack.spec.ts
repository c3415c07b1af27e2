import { canonicalise } from "@countersign/protocol/canonical";
import type { DeviceId, Digest } from "@countersign/protocol/ids";
import { statementDigest } from "@countersign/protocol/statement";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RowRef } from "../support/database-attacker.ts";
import { DbaBench } from "../support/dba-bench.ts";
import { openAll, opensAll, rendered, shownDraft } from "../support/dba-room.ts";
import { call, TestDevice, type TestPerson, value } from "../support/people.ts";
import { ask, asking } from "../support/story.ts";

describe("dba: rows that are forged", () => {
  let bench: DbaBench;
  beforeAll(async () => {
    bench = await DbaBench.start();
  });
  afterAll(() => bench?.stop());

  it("ID-2 AUD-2 entries, openings and drafts that the administrator writes give nobody anything", async () => {
    const { room, dba } = bench;
    const { cast, installation } = room;
    const { sam, olivia, eve, laptop } = cast;
    await sam.identify();

    const asked = await ask(cast);
    const view = async () =>
      value(await sam.desk("/desk/v1/proposals/read", { proposal: asked.proposal })).view;
    const [named] = await dba.rows(
      "SELECT commitment FROM keyservice.opening WHERE value LIKE 'Olivia %' AND label = 'person-name'",
    );
    const name: RowRef = {
      table: "keyservice.opening",
      by: "commitment",
      key: named?.commitment ?? "",
    };
    expect(JSON.stringify(await rendered(await view()))).toContain("Olivia Hart");
    const renamed = await dba.set(name, bench.columnOf("opening", "value"), "Cass Lindqvist");
    const shown = JSON.stringify(await rendered(await view()));
    expect(shown).not.toMatch(/Cass Lindqvist|Olivia Hart/);
    expect(shown).toContain(olivia.person);
    await renamed();

    const evesLaptop = await TestDevice.login(eve, "Eve's laptop");
    const { draft } = await laptop.draft(asking(laptop));
    const read = value(await call(installation, "/desk/v1/drafts/read", { drafts: [draft] }));
    const honest = Buffer.from(read.drafts[0]?.statement ?? "", "base64url");
    const touch = olivia.key.sign({ challenge: await statementDigest(honest) });
    const forged = await sealedForEve(honest, evesLaptop.device);
    await dba.rows("UPDATE keyservice.draft SET statement = $2, digest = $3 WHERE id = $1", [
      draft,
      forged,
      await statementDigest(forged),
    ]);
    const desk = JSON.stringify(await shownDraft(installation, draft));
    expect(desk, "the desk shows whose device it is").toContain(evesLaptop.device);
    for (const assertion of [touch, eve.key.sign({ challenge: await statementDigest(forged) })]) {
      const signed = await call(installation, "/desk/v1/drafts/sign", {
        drafts: [draft],
        assertion,
      });
      expect(signed).toMatchObject({ ok: false, code: "assertion-rejected" });
    }

    const [last] = await dba.rows(
      `SELECT index::text, convert_from(bytes, 'UTF8') AS json FROM keyservice.ledger_entry
        WHERE position('"ProposalApproved"'::bytea IN bytes) > 0 ORDER BY index DESC LIMIT 1`,
    );
    const grant = { type: "RolesChanged", tenant: "acme", person: eve.person, sponsors: [] };
    const roles = [{ role: "security-admin", service: null }];
    const entry = { ...JSON.parse(last?.json ?? ""), events: [{ ...grant, roles }] };
    const bytes = Buffer.from(canonicalise(entry));
    const plant = () =>
      dba.rows(
        `INSERT INTO keyservice.ledger_entry SELECT size, $1, sha256('\\x00'::bytea || $1) FROM keyservice.tree_head
         ON CONFLICT DO NOTHING RETURNING index`,
        [bytes],
      );
    // The service may be faster to the same index.
    await expect.poll(plant).toHaveLength(1);
    expect(await openAll(room)).toBe("unavailable unavailable unavailable");
    const [outcome] = await decideOrRefuse(eve, asked.proposal);
    expect(outcome).not.toBe("accepted");
    await dba.rows("DELETE FROM keyservice.ledger_entry WHERE bytes = $1", [bytes]);
    await opensAll("after the forged entry went", room);
  });
});

/** The same request, to be sealed to another device. */
async function sealedForEve(statement: Buffer, device: DeviceId): Promise<Buffer> {
  const json = JSON.parse(statement.toString("utf8"));
  return Buffer.from(
    canonicalise({
      ...json,
      body: { ...json.body, recipient: { ...json.body.recipient, device } },
    }),
  );
}

async function decideOrRefuse(person: TestPerson, proposal: Digest): Promise<string[]> {
  await person.identify();
  const drafted = await person.desk("/desk/v1/proposals/decide", {
    proposals: [proposal],
    decision: "approve",
    reason: null,
  });
  if (!drafted.ok) return [drafted.code];
  const outcomes = await person.sign(drafted.value.drafts);
  return outcomes.map((it) => it.refused?.code ?? "accepted");
}
