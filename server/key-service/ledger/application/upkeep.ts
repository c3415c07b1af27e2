import { setTimeout as pause } from "node:timers/promises";
import type { CheckReport, Difference } from "./check-report.ts";
import type { Checker } from "./checker.ts";
import type { Projector } from "./projector.ts";

export type UpkeepParts = {
  readonly projector: Projector;
  readonly checker: Checker;
  /** Hashes the bytes of every entry again, once after a start. Throws where one differs. */
  readonly verifyFully: () => Promise<void>;
  readonly everySeconds: number;
  /** What was found changed, as a sentence of ids and names of columns, and whether it was put right. */
  readonly onFound: (what: string, repaired: boolean) => void;
  /** A check came to its end. */
  readonly onChecked: (report: CheckReport) => void;
  readonly onFault: (error: unknown) => void;
};

const MOST_REPORTED = 20;

/**
 * What goes on beside the service and never holds it up: tables are projected, and every so often all
 * that is stored is compared with the ledger, put right where it can be, and reported [AUD-2].
 */
export function startUpkeep(parts: UpkeepParts): { stop: () => Promise<void> } {
  const ending = new AbortController();
  const report = (of: CheckReport) => {
    const { found, differences } = of;
    parts.onChecked(of);
    for (const it of differences.slice(0, MOST_REPORTED))
      parts.onFound(sentenceOf(it), it.repaired);
    const rest = found - Math.min(found, MOST_REPORTED);
    if (rest > 0) parts.onFound(`${rest} further differences`, false);
  };
  const run = async () => {
    await parts.verifyFully().catch(parts.onFault);
    while (!ending.signal.aborted) {
      await parts.checker.run().then(report, parts.onFault);
      await pause(parts.everySeconds * 1000, null, { signal: ending.signal, ref: false }).catch(
        () => null,
      );
    }
  };
  parts.projector.start();
  const running = run();
  return {
    stop: async () => {
      ending.abort();
      await running;
      await parts.projector.stop();
    },
  };
}

function sentenceOf({ table, key, column, problem }: Difference): string {
  const row = Object.entries(key).map(([name, value]) => `${name} ${value}`);
  const where = column === null ? "" : `, column ${column}`;
  return `${table}, ${row.join(", ")}${where}: ${problem}`;
}
