import { decodeEntry } from "../../decisions/domain/entry.ts";
import type { Ledger } from "../domain/ledger.ts";
import { type AnyRow, rowId } from "../projection/domain/change.ts";
import { changesOfEntry } from "../projection/domain/changes-of-entry.ts";
import { comparable } from "../projection/domain/comparable.ts";
import { RowBook } from "../projection/domain/row-book.ts";
import { shapeOf, TABLE_NAMES, type TableName } from "../projection/domain/tables.ts";
import {
  checkEnvelopes,
  checkLedger,
  checkOpenings,
  type OpenedTexts,
  textKey,
} from "./check-primary.ts";
import { type CheckReport, Findings } from "./check-report.ts";
import type { CheckedDatabase, DatabaseSnapshot, TextRow } from "./checked-database.ts";
import { withTexts } from "./open-texts.ts";
import type { OpeningSource, ProjectionStore, RowWrites } from "./projection-store.ts";
import type { Snapshots } from "./snapshot.ts";
import { Turns } from "./turns.ts";

export type CheckerParts = {
  readonly ledger: Ledger;
  readonly database: CheckedDatabase;
  readonly store: ProjectionStore;
  readonly openings: OpeningSource;
  readonly snapshots: Snapshots;
};

/** A row of a projection that differs: to be written as expected, or taken away. */
type Affected = { readonly table: TableName; readonly id: string; readonly key: AnyRow };

const REPAIR_ROWS = 500;
const REPAIR_ATTEMPTS = 20;

/**
 * Compares what the database holds with what the ledger says, row by row, and repairs what follows from
 * the ledger. The ledger's own rows are held against the tree in this process's memory; envelopes and
 * openings against the digests and commitments in its entries; projections against the rows that its
 * entries make.
 *
 * Whoever edits tables while a check runs may be found by the next one only. What a check cannot tell
 * from honest work, an opening that was deleted, it does not report: erasing is allowed.
 */
export class Checker {
  readonly #parts: CheckerParts;

  constructor(parts: CheckerParts) {
    this.#parts = parts;
  }

  /** @throws what the database answers; nothing is half repaired then that was not wrong before */
  async run(): Promise<CheckReport> {
    const { ledger, database } = this.#parts;
    const { size, root } = ledger.head();
    const findings = new Findings();
    const book = new RowBook();
    const affected: Affected[] = [];
    const { next, isWhole } = await database.inSnapshot(async (snapshot) => {
      const cursor = await snapshot.cursor();
      const projected = cursor.next ?? 0;
      const trusted = { size, root, proofs: ledger };
      const whole = await checkLedger(snapshot, trusted, projected, book, findings);
      if (cursor.others > 0) {
        findings.add("projection.cursor", { name: "another" }, "unknown-row", null, true);
      }
      if (whole) {
        await checkEnvelopes(snapshot, book, findings);
        const texts = await checkOpenings(snapshot, book, findings);
        for (const table of TABLE_NAMES) {
          affected.push(...(await compareTable(snapshot, table, book, texts, findings)));
        }
      }
      return { next: cursor.next, isWhole: whole };
    });
    await this.#checkSnapshots(findings);
    await this.#repair(book, next, affected, findings);
    return findings.report(next ?? 0, isWhole);
  }
}
