/** One thing in the database that is not what the ledger says. Holds ids and names of columns, no contents. */
export type Difference = {
  /** With its schema: `projection.secret`, `keyservice.opening`. */
  readonly table: string;
  /** Key columns; long or odd text in a planted row is cut. */
  readonly key: Readonly<Record<string, string>>;
  /** Null where the row as a whole is missing or unknown. */
  readonly column: string | null;
  readonly problem: "changed" | "missing" | "unknown-row";
  readonly repaired: boolean;
};

export type CheckReport = {
  /** Entries that the tables were compared with. */
  readonly projectedEntries: number;
  readonly rowsCompared: number;
  /** All that was found; `differences` lists the first 1,000, those that nobody could repair before the others. */
  readonly found: number;
  readonly differences: readonly Difference[];
  /** False where the ledger itself is damaged: what follows from it was not compared then. */
  readonly projectionsCompared: boolean;
};

const LISTED = 1_000;

/** Collects differences while a check runs. */
export class Findings {
  readonly #lasting: Difference[] = [];
  readonly #repaired: Difference[] = [];
  #found = 0;
  rowsCompared = 0;

  add(
    table: string,
    key: Readonly<Record<string, unknown>>,
    problem: Difference["problem"],
    column: string | null,
    repaired: boolean,
  ): void {
    this.#found += 1;
    const list = repaired ? this.#repaired : this.#lasting;
    if (list.length >= LISTED) return;
    const shown = Object.entries(key).map(([name, value]) => [name, printable(value)]);
    list.push({ table, key: Object.fromEntries(shown), column, problem, repaired });
  }

  get found(): number {
    return this.#found;
  }

  report(projectedEntries: number, projectionsCompared: boolean): CheckReport {
    const { rowsCompared } = this;
    const differences = [...this.#lasting, ...this.#repaired].slice(0, LISTED);
    return { projectedEntries, rowsCompared, found: this.#found, differences, projectionsCompared };
  }
}

/** Ids pass as they are; whoever plants a row chooses its key, and must not write into a log with it. */
function printable(value: unknown): string {
  const text = String(value).slice(0, 88);
  return /^[\w./:*-]*$/.test(text) ? text : "(not an id)";
}
