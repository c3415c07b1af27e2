import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Column } from "../support/database-attacker.ts";
import { alter } from "../support/dba-alterations.ts";
import { envelopeArena } from "../support/dba-arenas.ts";
import { DbaBench } from "../support/dba-bench.ts";
import { CATALOGUES } from "../support/dba-cases.ts";
import {
  alterProjection,
  PROJECTION_ALTERATIONS,
  projectedFully,
} from "../support/dba-projections.ts";
import { opensAll, stopKeyService } from "../support/dba-room.ts";
import { eventually } from "../support/eventually.ts";

const FULL = process.env.COUNTERSIGN_PROVE === "full";

describe("dba: what the console reads", () => {
  let bench: DbaBench;
  beforeAll(async () => {
    bench = await DbaBench.start();
  });
  afterAll(() => bench?.stop());

  it("AUD-2 SEG-1 every column of every projection, and every unread one of a primary table, is put right and reported by the checker", async () => {
    const { room, dba } = bench;
    const { installation } = room;
    await stopKeyService(installation);
    await installation.startKeyService({ COUNTERSIGN_CHECK_EVERY_SECONDS: "1" });
    await opensAll("a service that checks every second", room);
    const projected = await dba.columns("projection");
    const tables = [...new Set(projected.map((it) => it.table))];
    expect(tables.filter((it) => CATALOGUES[it] !== undefined)).toEqual(Object.keys(CATALOGUES));
    await projectedFully(bench);
    const projections = tables.filter((it) => CATALOGUES[it] === undefined);
    for (const table of projections) {
      const how = FULL ? PROJECTION_ALTERATIONS : (["flip"] as const);
      for (const one of how) await repairedAndReported([table], projected, one);
    }
    await repairedAndReported(projections, projected, "delete");
    const envelope = await envelopeArena(room, dba);
    for (const column of ["tenant", "secret", "version", "sealed"]) {
      const undo = await alter(dba, envelope, bench.columnOf("envelope", column), "flip");
      await eventually(
        `envelope.${column}`,
        bench.written,
        () => bench.reported("keyservice.envelope, "),
        (it) => it.some((one) => one.endsWith(`column ${column}: changed`)),
      );
      await undo();
    }
    await opensAll("after every repair", room);
  });

  /** Few enough differences at once for each to be named by itself. */
  async function repairedAndReported(
    tables: readonly string[],
    projected: readonly Column[],
    how: (typeof PROJECTION_ALTERATIONS)[number],
  ): Promise<void> {
    const { dba } = bench;
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
      before.set(table, (await bench.reported(says)).length);
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
        bench.written,
        async () => (await dba.contents(name)).filter((it) => rows.includes(it)),
        (now) => now.length === rows.length,
      );
      await eventually(
        `${table}: ${how}, reported`,
        bench.written,
        async () => (await bench.reported(says)).slice(before.get(table)),
        (said) =>
          said.length > 0 &&
          columns.every((column) => said.some((it) => it.endsWith(`column ${column}: changed`))),
      );
    }
  }
});
