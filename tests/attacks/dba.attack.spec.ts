import { canonicalise } from "@countersign/protocol/canonical";
import type { DeviceId, Digest } from "@countersign/protocol/ids";
import { statementDigest } from "@countersign/protocol/statement";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Column,
  DatabaseAttacker,
  emptied,
  flipped,
  type RowRef,
  type Undo,
} from "../support/database-attacker.ts";
import {
  type Arena,
  attempt,
  draftArena,
  entryArena,
  envelopeArena,
  openingArena,
  reports,
} from "../support/dba-arenas.ts";
import {
  ALTERATIONS,
  type Alteration,
  CATALOGUES,
  START_ROWS,
  USED_ROWS,
} from "../support/dba-cases.ts";
import {
  alterProjection,
  PROJECTION_ALTERATIONS,
  projectedFully,
} from "../support/dba-projections.ts";
import {
  createDbaRoom,
  type DbaRoom,
  eventually,
  openAll,
  rendered,
  restart,
  shownDraft,
  startOutcome,
  stopKeyService,
} from "../support/dba-room.ts";
import { call, TestDevice, type TestPerson, value } from "../support/people.ts";
import { ask, asking } from "../support/story.ts";

const FULL = process.env.COUNTERSIGN_PROVE === "full";
/** Not a small step: the next index may be taken. */
const FAR = 1_000_000;

/*
 * The administrator of the database is not trusted. This program has all rights in it, and edits, exchanges, restores
 * and deletes what is stored, column by column as `information_schema` lists them, while honest people go on.
 */
describe("dba", () => {
  let room: DbaRoom;
  let dba: DatabaseAttacker;
  let columns: Column[];
  const arenas: Readonly<Record<string, () => Promise<Arena>>> = {
    envelope: () => envelopeArena(room, dba),
    opening: () => openingArena(room),
    draft: () => draftArena(room),
    ledger_entry: () => entryArena(room),
  };

  beforeAll(async () => {
    room = await createDbaRoom();
    dba = await DatabaseAttacker.of(room.installation.database);
    columns = await dba.columns("keyservice");
  });
  afterAll(async () => {
    await dba?.end();
    await room?.installation.stop();
  });

  for (const [table, cases] of Object.entries(USED_ROWS)) {
    it(`KEY-2 SEG-1 an edited, exchanged, restored or deleted ${table} row opens and shows nothing that it should not`, async () => {
      const outcomes: Record<string, string> = {};
      const expected: Record<string, string> = {};
      let arena = await arenas[table]?.();
      for (const column of columns.filter((it) => it.table === table)) {
        for (const how of ALTERATIONS) {
          if (arena === undefined || arena.spent()) arena = await arenas[table]?.();
          if (arena === undefined || (how === "old" && arena.older === null)) continue;
          const undo = await alter(dba, arena, column, how);
          outcomes[`${column.column}: ${how}`] = await attempt(room, dba, arena);
          await undo();
          expected[`${column.column}: ${how}`] = cases[column.column]?.[how] ?? "no case";
        }
      }
      expect(outcomes).toEqual(expected);
      expect(await openAll(room), "put back, everything is as before").toBe("right right right");
    });
  }

  it("KEY-2 no column of a primary table is without a case, and no outcome without a refusal, a report or a reason", () => {
    const cases = { ...START_ROWS, ...USED_ROWS };
    const missing = columns.filter(({ table, column }) => cases[table]?.[column] === undefined);
    expect(missing.map((it) => `${it.table}.${it.column}`)).toEqual([]);
    for (const [table, of] of Object.entries(USED_ROWS)) {
      for (const [column, { why, ...outcomes }] of Object.entries(of)) {
        const silent = Object.values(outcomes).some((it) => /^(right|unopened|seen)$/.test(it));
        expect(why !== undefined, `${table}.${column} has a reason`).toBe(silent);
      }
    }
    for (const [table, of] of Object.entries(START_ROWS)) {
      for (const [column, { start, running, why }] of Object.entries(of)) {
        const silent = start === "serves" || running === "right";
        expect(why !== undefined, `${table}.${column} has a reason`).toBe(silent);
      }
    }
  });

  it("AUD-2 SEG-1 after a restart altered rows are refused as before it", async () => {
    for (const how of FULL ? ALTERATIONS : (["swap tenant", "delete"] as const)) {
      const envelope = await envelopeArena(room, dba);
      const opening = await openingArena(room);
      const used = [
        ["envelope", "sealed", envelope],
        ["opening", "value", opening],
      ] as const;
      const undos: Undo[] = [];
      for (const [table, column, arena] of used) {
        if (how !== "old" || arena.older !== null)
          undos.push(await alter(dba, arena, columnOf(table, column), how));
      }
      await restart(room);
      for (const [table, column, arena] of used) {
        if (how === "old" && arena.older === null) continue;
        const expected = USED_ROWS[table]?.[column]?.[how];
        expect(await attempt(room, dba, arena), `${table}.${column}: ${how}`).toBe(expected);
      }
      for (const undo of undos) await undo();
    }
    expect(await openAll(room)).toBe("right right right");
  });

  it("AUD-2 a running service refuses a head or an entry that was moved under it, and recovers when it is put back", async () => {
    // Whoever owns the table takes its constraint away first.
    await dba.rows("ALTER TABLE keyservice.tree_head DROP CONSTRAINT tree_head_id_check");
    const outcomes: Record<string, string> = {};
    // A service that ends takes a snapshot.
    await restart(room);
    const expected: Record<string, string> = {};
    for (const [table, cases] of Object.entries(START_ROWS)) {
      for (const [name, { running, long }] of Object.entries(cases)) {
        if (long && !FULL) continue;
        expected[`${table}.${name}`] = running;
        const undo = await damage(table, name);
        const codes = new Set((await openAll(room)).split(" "));
        outcomes[`${table}.${name}`] = [...codes].join(" ");
        await undo();
        await expect
          .poll(() => openAll(room), {
            timeout: 120_000,
            interval: 200,
            message: `${table}.${name}`,
          })
          .toBe("right right right");
      }
    }
    expect(outcomes).toEqual(expected);
  });

  it("AUD-2 a start refuses an altered head or entry, says what disagrees and what to do, and passes over an altered snapshot", async () => {
    const { installation } = room;
    await stopKeyService(installation);
    for (const [table, cases] of Object.entries(START_ROWS)) {
      for (const [name, { start, long, reported }] of Object.entries(cases)) {
        if (long && !FULL) continue;
        const before = await reports(dba);
        const undo = await damage(table, name);
        const outcome = await startOutcome(installation);
        expect(outcome, `${table}.${name}`).toMatch(start);
        if (outcome === "serves") {
          // The check after a start closes a ledger in which an entry was changed, and opens it anew.
          await opensAll(`${table}.${name}`);
          if (reported)
            await eventually(
              `${table}.${name}`,
              () => reports(dba),
              (it) => it > before,
            );
          await opensAll(`${table}.${name}`);
          await stopKeyService(installation);
        } else {
          expect(outcome, `${table}.${name}`).toMatch(/Restore the database .*npm run reset/);
        }
        // An altered snapshot stays: it must not come to be believed later.
        if (table !== "snapshot") await undo();
      }
    }
    await dba.rows("DELETE FROM keyservice.snapshot");
    const undo = await damage("ledger_entry", "bytes");
    expect(await startOutcome(installation)).toMatch(/entry \d+ in the database is not the one/);
    await undo();
    expect(await startOutcome(installation)).toBe("serves");
    expect(await openAll(room)).toBe("right right right");
  });

  it("ID-2 AUD-2 entries, openings and drafts that the administrator writes give nobody anything", async () => {
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
    const renamed = await dba.set(name, columnOf("opening", "value"), "Cass Lindqvist");
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
    await expect
      .poll(() => openAll(room), { timeout: 120_000, interval: 200 })
      .toBe("right right right");
  });

  const opensAll = (what: string) =>
    eventually(
      what,
      () => openAll(room),
      (it) => it === "right right right",
    );

  it("AUD-2 SEG-1 every column of every projection, and every unread one of a primary table, is put right and reported by the checker", async () => {
    const { installation } = room;
    await stopKeyService(installation);
    await installation.startKeyService({ COUNTERSIGN_CHECK_EVERY_SECONDS: "1" });
    await opensAll("a service that checks every second");
    const projected = await dba.columns("projection");
    const tables = [...new Set(projected.map((it) => it.table))];
    expect(tables.filter((it) => CATALOGUES[it] !== undefined)).toEqual(Object.keys(CATALOGUES));
    await projectedFully(dba);
    const projections = tables.filter((it) => CATALOGUES[it] === undefined);
    for (const table of projections) {
      const how = FULL ? PROJECTION_ALTERATIONS : (["flip"] as const);
      for (const one of how) await repairedAndReported([table], projected, one);
    }
    await repairedAndReported(projections, projected, "delete");
    const envelope = await envelopeArena(room, dba);
    for (const column of ["tenant", "secret", "version", "sealed"]) {
      const undo = await alter(dba, envelope, columnOf("envelope", column), "flip");
      await eventually(
        `envelope.${column}`,
        () => reported(dba, "keyservice.envelope, "),
        (it) => it.some((one) => one.endsWith(`column ${column}: changed`)),
      );
      await undo();
    }
    await opensAll("after every repair");
  });

  /** Few enough differences at once for each to be named by itself. */
  async function repairedAndReported(
    tables: readonly string[],
    projected: readonly Column[],
    how: (typeof PROJECTION_ALTERATIONS)[number],
  ): Promise<void> {
    const work = tables.map((table) => ({
      table,
      name: `projection."${table}"`,
      says: `projection.${table}, `,
    }));
    const kept = new Map<string, string[]>();
    const before = new Map<string, number>();
    const altered = new Map<string, string[] | null>();
    for (const { table, name, says } of work) {
      kept.set(table, await dba.contents(name));
      before.set(table, (await reported(dba, says)).length);
      const own = projected.filter((it) => it.table === table);
      altered.set(table, await alterProjection(dba, own, how));
    }
    for (const { table, name, says } of work) {
      const columns = altered.get(table);
      // Too few rows to exchange two.
      if (columns === null || columns === undefined) continue;
      const rows = kept.get(table) ?? [];
      await eventually(
        `${table}: ${how}, put right`,
        async () => (await dba.contents(name)).filter((it) => rows.includes(it)),
        (now) => now.length === rows.length,
      );
      await eventually(
        `${table}: ${how}, reported`,
        async () => (await reported(dba, says)).slice(before.get(table)),
        (said) =>
          said.length > 0 &&
          columns.every((column) => said.some((it) => it.endsWith(`column ${column}: changed`))),
      );
    }
  }

  function columnOf(table: string, column: string): Column {
    const found = columns.find((it) => it.table === table && it.column === column);
    if (found === undefined) throw new Error(`there is no column ${table}.${column}`);
    return found;
  }

  /** Flips one column of the newest row, or takes the row. */
  async function damage(table: string, name: string): Promise<Undo> {
    const by = { tree_head: "id", ledger_entry: "index", snapshot: "size" }[table] ?? "";
    // An entry from the middle; of the others the newest.
    const middle =
      table === "ledger_entry" ? "(SELECT count(*) / 2 FROM keyservice.ledger_entry)" : "0";
    const [found] = await dba.rows(
      `SELECT it."${by}"::text AS key FROM keyservice."${table}" AS it ORDER BY it."${by}" DESC OFFSET ${middle} LIMIT 1`,
    );
    if (found === undefined) throw new Error(`there is no row in ${table} to damage`);
    const row: RowRef = { table: `keyservice.${table}`, by, key: found.key ?? "" };
    if (name === "(row)") return dba.remove(row);
    const column = columnOf(table, name);
    const was = await dba.get(row, name);
    const far = name === by ? String(Number(was) + FAR) : flipped(was, column.type);
    return dba.set(row, column, far);
  }
});

/** The sentences of all reports that begin so. */
async function reported(dba: DatabaseAttacker, beginning: string): Promise<string[]> {
  const rows = await dba.rows(
    `SELECT event->>'what' AS what FROM keyservice.ledger_entry,
            jsonb_array_elements(convert_from(bytes, 'UTF8')::jsonb->'events') AS event
      WHERE event->>'type' = 'TamperingFound' AND starts_with(event->>'what', $1) ORDER BY index`,
    [beginning],
  );
  return rows.map((row) => row.what ?? "");
}

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

async function alter(
  dba: DatabaseAttacker,
  { target, sibling, foreign, older }: Arena,
  column: Column,
  how: Alteration,
): Promise<Undo> {
  const isKey = column.column === target.by;
  switch (how) {
    case "flip": {
      const was = await dba.get(target, column.column);
      const isNumber = isKey && column.type === "int8";
      return dba.set(
        target,
        column,
        isNumber ? String(Number(was) + FAR) : flipped(was, column.type),
      );
    }
    case "swap":
      return dba.swap(target, sibling, column);
    case "swap tenant":
      return dba.swap(target, foreign, column);
    case "old":
      if (older === null) throw new Error("rows of this table have no older state");
      return isKey
        ? dba.swap(target, older, column)
        : dba.set(target, column, await dba.get(older, column.column));
    case "delete":
      return isKey ? dba.remove(target) : dba.set(target, column, emptied(column.type));
  }
}
