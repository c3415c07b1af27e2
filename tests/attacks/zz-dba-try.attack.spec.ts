import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  DatabaseAttacker,
  emptied,
  flipped,
  type RowRef,
  type Undo,
} from "../support/database-attacker.ts";
import { reports } from "../support/dba-arenas.ts";
import {
  createDbaRoom,
  type DbaRoom,
  openAll,
  startOutcome,
  stopKeyService,
} from "../support/dba-room.ts";

describe("try", () => {
  let room: DbaRoom;
  let dba: DatabaseAttacker;
  beforeAll(async () => {
    room = await createDbaRoom();
    dba = await DatabaseAttacker.of(room.installation.database);
  });
  afterAll(async () => {
    await dba?.end();
    await room?.installation.stop();
  });
  it("running", async () => {
    const head: RowRef = { table: "keyservice.tree_head", by: "id", key: "1" };
    await dba.rows("ALTER TABLE keyservice.tree_head DROP CONSTRAINT tree_head_id_check");
    const columns = (await dba.columns("keyservice")).filter((it) => it.table === "tree_head");
    for (const c of [...columns, null]) {
      const t = Date.now();
      const undo =
        c === null
          ? await dba.remove(head)
          : await dba.set(head, c, flipped(await dba.get(head, c.column), c.type));
      const out = await openAll(room);
      await undo();
      let again = "";
      let n = 0;
      while (again !== "right right right" && n++ < 60) {
        again = await openAll(room);
        if (again !== "right right right") await new Promise((r) => setTimeout(r, 250));
      }
      console.log(`RUN tree_head.${c?.column ?? "(row)"}: ${out} -> ${again} ${Date.now() - t}`);
    }
  });
  it("start", async () => {
    const columns = await dba.columns("keyservice");
    await stopKeyService(room.installation);
    for (const table of ["tree_head", "ledger_entry", "snapshot"]) {
      for (const c of [...columns.filter((it) => it.table === table), null]) {
        if (c?.column === "holder" || c?.column === "renewed_at") continue;
        const by = table === "tree_head" ? "id" : table === "ledger_entry" ? "index" : "size";
        const [top] = await dba.rows(
          `SELECT "${by}"::text AS key FROM keyservice.${table} ORDER BY ${by} DESC OFFSET ${table === "ledger_entry" ? 20 : 0} LIMIT 1`,
        );
        const row: RowRef = { table: `keyservice.${table}`, by, key: top?.key ?? "" };
        const t = Date.now();
        const undo =
          c === null
            ? await dba.remove(row)
            : await dba.set(
                row,
                c,
                c.column === by && by === "index"
                  ? "99999"
                  : flipped(await dba.get(row, c.column), c.type),
              );
        let out = await startOutcome(room.installation);
        if (out === "serves") {
          out += " " + (await openAll(room));
          const o = room.installation
            .keyService()
            .output()
            .split("\n")
            .filter((l) => /refused|tamper/.test(l))
            .join(" ; ");
          out += o.slice(0, 300);
          await stopKeyService(room.installation);
        }
        if (table !== "snapshot") await undo();
        console.log(`START ${table}.${c?.column ?? "(row)"}: ${out} ${Date.now() - t}`);
      }
    }
    console.log(await dba.rows("select size::text from keyservice.snapshot"), await reports(dba));
  });
});
