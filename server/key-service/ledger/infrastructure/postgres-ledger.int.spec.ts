import { readFile, rm, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { emptyRoot, leafHash } from "../domain/merkle.ts";
import { verifyConsistency, verifyInclusion } from "../domain/proof.ts";
import { collect, createLedgerFixture, type LedgerFixture } from "./ledger.fixture.ts";

const entry = (n: number | string): Buffer => Buffer.from(`entry ${n}`);

describe("PostgresLedger", () => {
  let fixture: LedgerFixture;
  beforeEach(async () => {
    fixture = await createLedgerFixture();
  });
  afterEach(async () => {
    await fixture.dispose();
  });

  it("AUD-2 starts a new log with the signed head of the empty tree", async () => {
    const ledger = await fixture.open();
    expect(ledger.head()).toEqual({ size: 0, root: emptyRoot() });
    expect(await readFile(fixture.checkpointFile, "utf8")).toBe(ledger.checkpoint().note);
  });

  it("AUD-2 numbers entries in the order of the calls, also of calls that do not wait", async () => {
    const ledger = await fixture.open();
    const order: number[] = [];
    const calls = Array.from({ length: 2_000 }, (_, i) =>
      ledger.append(entry(i)).then(({ index }) => order.push(index)),
    );
    await Promise.all(calls);
    expect(order).toEqual(Array.from({ length: 2_000 }, (_, i) => i));
    const stored = await collect(ledger.entries(0, 2_000));
    expect(stored.map((e) => e.bytes.toString())).toEqual(
      Array.from({ length: 2_000 }, (_, i) => `entry ${i}`),
    );
  });

  it("AUD-2 an appended entry is on disk under the head that its proof leads to", async () => {
    const ledger = await fixture.open();
    for (let i = 0; i < 20; i += 1) await ledger.append(entry(i));
    const before = ledger.head();
    await ledger.append(entry("later"));
    const { size, root } = ledger.head();
    const proof = await ledger.inclusionProof(7, size);
    expect(verifyInclusion({ index: 7, size, leaf: leafHash(entry(7)), root, proof })).toBe(true);
    const consistency = await ledger.consistencyProof(before.size, size);
    const claim = {
      fromSize: before.size,
      fromRoot: before.root,
      toSize: size,
      toRoot: root,
      proof: consistency,
    };
    expect(verifyConsistency(claim)).toBe(true);
    const rows = await fixture.sql<{ count: string }>(
      "SELECT count(*) FROM keyservice.ledger_entry",
    );
    expect(Number(rows[0]?.count)).toBe(21);
  });

  it("AUD-2 goes on after a restart where it stopped", async () => {
    const first = await fixture.open();
    for (let i = 0; i < 5; i += 1) await first.append(entry(i));
    const head = first.head();
    await first.close();
    const second = await fixture.open();
    expect(second.head()).toEqual(head);
    expect(await second.append(entry(5))).toEqual({ index: 5 });
  });

  it("AUD-2 refuses an entry of more than 65,535 bytes and stays open", async () => {
    const ledger = await fixture.open();
    await expect(ledger.append(Buffer.alloc(65_536))).rejects.toMatchObject({
      reason: "entry-too-large",
    });
    expect(await ledger.append(Buffer.alloc(65_535))).toEqual({ index: 0 });
    expect(await ledger.append(Buffer.alloc(0))).toEqual({ index: 1 });
  });

  it("AUD-2 keeps what was given when the caller changes its buffer later", async () => {
    const ledger = await fixture.open();
    const bytes = Buffer.from("as it was");
    const appended = ledger.append(bytes);
    bytes.fill(0);
    await appended;
    const [stored] = await collect(ledger.entries(0, 1));
    expect(stored?.bytes.toString()).toBe("as it was");
  });

  it("AUD-2 a signature that does not verify never becomes a head", async () => {
    const ledger = await fixture.open();
    await ledger.append(entry(0));
    await ledger.close();
    const wrong = await fixture.open({ signCheckpoint: async () => Buffer.alloc(64, 1) });
    await expect(wrong.append(entry(1))).rejects.toMatchObject({ reason: "closed" });
    await wrong.close();
    expect((await fixture.open()).head().size).toBe(1);
  });

  it("AUD-2 keeps the checkpoint outside the database within the configured lag", async () => {
    const ledger = await fixture.open({ timing: { checkpointFileMs: 5 } });
    await ledger.append(entry(0));
    await expect
      .poll(() => readFile(fixture.checkpointFile, "utf8"), { timeout: 10_000 })
      .toBe(ledger.checkpoint().note);
  });

  describe("refuses another history, and says which source disagrees and what to do", () => {
    async function appendAndClose(count: number): Promise<void> {
      const ledger = await fixture.open();
      for (let i = 0; i < count; i += 1) await ledger.append(entry(i));
      await ledger.close();
    }
    async function refusal(): Promise<{ reason: string; message: string }> {
      const error = await fixture.open().catch((e: unknown) => e);
      expect(error).toMatchObject({ name: "LedgerFault" });
      return error as { reason: string; message: string }; // proven by the line above
    }

    it("AUD-2 a database restored to an earlier, well signed state", async () => {
      await appendAndClose(3);
      const [old] = await fixture.sql<{ size: string; root: Buffer; note: string }>(
        "SELECT size, root, note FROM keyservice.tree_head",
      );
      await appendAndClose(2);
      await fixture.sql("DELETE FROM keyservice.ledger_entry WHERE index >= 3");
      await fixture.sql("UPDATE keyservice.tree_head SET size = $1, root = $2, note = $3", [
        old?.size,
        old?.root,
        old?.note,
      ]);
      const { reason, message } = await refusal();
      expect(reason).toBe("history-differs");
      expect(message).toContain(fixture.checkpointFile);
      expect(message).toMatch(/remembers 5 entries .* holds only 3 entries/);
      expect(message).toContain("npm run reset");
    });

    const edits: readonly (readonly [string, string, RegExp])[] = [
      [
        "a deleted last entry",
        "DELETE FROM keyservice.ledger_entry WHERE index = 4",
        /lacks entries/,
      ],
      [
        "a deleted first entry",
        "DELETE FROM keyservice.ledger_entry WHERE index = 0",
        /lacks entries/,
      ],
      [
        "a changed leaf",
        "UPDATE keyservice.ledger_entry SET leaf_hash = sha256('x') WHERE index = 2",
        /entries were changed/,
      ],
      [
        "a leaf of another length",
        "UPDATE keyservice.ledger_entry SET leaf_hash = 'x' WHERE index = 2",
        /lacks entries/,
      ],
      [
        "an entry that no head covers",
        "INSERT INTO keyservice.ledger_entry VALUES (5, 'x', sha256('x'))",
        /no signed tree head covers/,
      ],
      [
        "an entry before the first",
        "INSERT INTO keyservice.ledger_entry VALUES (-1, 'x', sha256('x'))",
        /no signed tree head covers/,
      ],
      [
        "swapped entries",
        `UPDATE keyservice.ledger_entry SET index = index + 100;
         UPDATE keyservice.ledger_entry SET index = 104 - index`,
        /entries were changed/,
      ],
      [
        "a size without its note",
        "UPDATE keyservice.tree_head SET size = 4",
        /columns of the tree head/,
      ],
      [
        "a root without its note",
        "UPDATE keyservice.tree_head SET root = sha256('x')",
        /columns of the tree head/,
      ],
      [
        "a note of nobody",
        "UPDATE keyservice.tree_head SET note = 'x'",
        /not signed by this log's key/,
      ],
      [
        "an edited note",
        "UPDATE keyservice.tree_head SET note = replace(note, chr(10) || '5', chr(10) || '4')",
        /note-signature-wrong/,
      ],
      ["a deleted head", "DELETE FROM keyservice.tree_head", /no tree head/],
      [
        "a deleted ledger",
        "DELETE FROM keyservice.tree_head; DELETE FROM keyservice.ledger_entry",
        /holds only 0 entries/,
      ],
    ];
    for (const [what, sql, message] of edits) {
      it(`AUD-2 ${what}`, async () => {
        await appendAndClose(5);
        await fixture.sql(sql);
        const fault = await refusal();
        expect(fault.message).toMatch(message);
        expect(fault.reason).toBe("history-differs");
      });
    }

    it("AUD-2 a checkpoint file of another log", async () => {
      await appendAndClose(1);
      const other = await createLedgerFixture();
      try {
        await (await other.open()).close();
        await writeFile(fixture.checkpointFile, await readFile(other.checkpointFile));
      } finally {
        await other.dispose();
      }
      expect((await refusal()).message).toMatch(/does not hold a checkpoint of this log/);
    });

    it("AUD-2 a lost checkpoint file where nobody else vouches", async () => {
      await appendAndClose(1);
      await rm(fixture.checkpointFile);
      const fault = await refusal();
      expect(fault.reason).toBe("not-witnessed");
      expect(fault.message).toMatch(/nothing outside the database vouches/);
    });
  });

  it("AUD-2 a changed entry is refused when it is read, and a full verification closes the ledger", async () => {
    const ledger = await fixture.open();
    for (let i = 0; i < 5; i += 1) await ledger.append(entry(i));
    await fixture.sql("UPDATE keyservice.ledger_entry SET bytes = 'forged' WHERE index = 3");
    await expect(collect(ledger.entries(0, 5))).rejects.toMatchObject({
      reason: "history-differs",
    });
    expect(await collect(ledger.entries(0, 3))).toHaveLength(3);
    await expect(ledger.verifyFully(() => undefined)).rejects.toMatchObject({
      reason: "history-differs",
    });
    await expect(ledger.append(entry(5))).rejects.toMatchObject({ reason: "closed" });
    expect(fixture.faults.map((f) => f.reason)).toEqual(["history-differs"]);
  });

  it("AUD-2 verifies every byte in the background and reports progress", async () => {
    const ledger = await fixture.open();
    await Promise.all(Array.from({ length: 2_500 }, (_, i) => ledger.append(entry(i))));
    const progress: number[] = [];
    await ledger.verifyFully((verified) => progress.push(verified));
    expect(progress).toEqual([1_000, 2_000, 2_500]);
  });
});
