/**
 * Counters, gauges and histograms of one process, in Prometheus' text format (decision 0018).
 *
 * A label has a closed list of values, named where the metric is declared; whatever else is handed over is counted
 * as `other`. So no name, id or text of anybody's can become a label, and nobody outside decides how many series
 * there are.
 */
export type LabelValues = Readonly<Record<string, readonly string[]>>;
export type LabelsOf<L extends LabelValues> = { readonly [K in keyof L]: string };

export type Counter<L extends LabelValues> = {
  add(labels: LabelsOf<L>, by?: number): void;
};
export type Histogram<L extends LabelValues> = {
  /** In seconds. */
  observe(labels: LabelsOf<L>, seconds: number): void;
};
/** Samples of a gauge, read when somebody asks. Null: nothing to say now. */
export type Reading = () => number | null | Promise<number | null>;

export const OTHER = "other";

/** Upper bounds in seconds, from a commit on a fast disk to a call that is about to be given up. */
export const SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

type Metric = {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly lines: () => string[] | Promise<string[]>;
};

export class Metrics {
  readonly #metrics = new Map<string, Metric>();

  /** Only ever grows. @param name ends in `_total` */
  counter<const L extends LabelValues>(name: string, help: string, labels: L): Counter<L> {
    const series = new Series(labels, () => ({ value: 0 }));
    this.#add(name, help, "counter", () =>
      series.lines((at, of) => [`${name}${at()} ${of.value}`]),
    );
    return {
      add: (of, by = 1) => {
        series.at(of).value += by;
      },
    };
  }

  /** Says how something stands when it is asked; `read` may not throw. */
  gauge(name: string, help: string, read: Reading): void {
    this.#add(name, help, "gauge", async () => {
      const value = await read();
      return value === null ? [] : [`${name} ${value}`];
    });
  }

  /** A counter that somebody else keeps; read as a gauge is. @param name ends in `_total` */
  total(name: string, help: string, read: () => number): void {
    this.#add(name, help, "counter", () => [`${name} ${read()}`]);
  }

  /** How long something took. @param name ends in `_seconds` */
  histogram<const L extends LabelValues>(
    name: string,
    help: string,
    labels: L,
    bounds: readonly number[] = SECONDS,
  ): Histogram<L> {
    const series = new Series(labels, () => ({ counts: bounds.map(() => 0), count: 0, sum: 0 }));
    this.#add(name, help, "histogram", () =>
      series.lines((at, { counts, count, sum }) => [
        ...bounds.map((bound, i) => `${name}_bucket${at(`le="${bound}"`)} ${counts[i]}`),
        `${name}_bucket${at('le="+Inf"')} ${count}`,
        `${name}_sum${at()} ${sum}`,
        `${name}_count${at()} ${count}`,
      ]),
    );
    return {
      observe: (of, seconds) => {
        const one = series.at(of);
        one.count += 1;
        one.sum += seconds;
        // Buckets are cumulative: from the first bound that holds it, all of them do.
        for (let i = bounds.length - 1; i >= 0 && seconds <= (bounds[i] ?? 0); i -= 1) {
          one.counts[i] = (one.counts[i] ?? 0) + 1;
        }
      },
    };
  }

  /** Prometheus' text exposition format, version 0.0.4. A gauge that cannot be read is left out. */
  async text(): Promise<string> {
    const parts: string[] = [];
    for (const { name, help, type, lines } of this.#metrics.values()) {
      const samples = await Promise.resolve()
        .then(lines)
        .catch(() => []);
      if (samples.length === 0) continue;
      parts.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples);
    }
    return `${parts.join("\n")}\n`;
  }

  #add(name: string, help: string, type: Metric["type"], lines: Metric["lines"]): void {
    if (!/^[a-z][a-z0-9_]*$/.test(name) || this.#metrics.has(name) || /[\\\n]/.test(help)) {
      throw new RangeError(`${name} is no name for a metric, or it is taken`);
    }
    this.#metrics.set(name, { name, help, type, lines });
  }
}

/** The samples of one metric: one for each combination of label values that occurred. */
class Series<L extends LabelValues, T> {
  readonly #labels: readonly (readonly [string, ReadonlySet<string>])[];
  readonly #make: () => T;
  readonly #samples = new Map<string, T>();

  constructor(labels: L, make: () => T) {
    this.#labels = Object.entries(labels).map(([name, values]) => {
      const odd = [name, ...values].find((it) => !/^[a-z/][a-z0-9_./-]*$/i.test(it));
      if (odd !== undefined) throw new RangeError(`${odd} is no label or value of one`);
      return [name, new Set(values)];
    });
    this.#make = make;
    if (this.#labels.length === 0) this.at({} as LabelsOf<L>); // L has no key then: from zero on
  }

  at(labels: LabelsOf<L>): T {
    const key = this.#labels
      .map(([name, values]) => {
        const value = labels[name] ?? OTHER;
        return `${name}="${values.has(value) ? value : OTHER}"`;
      })
      .join(",");
    const before = this.#samples.get(key);
    if (before !== undefined) return before;
    const made = this.#make();
    this.#samples.set(key, made);
    return made;
  }

  lines(write: (at: (further?: string) => string, sample: T) => string[]): string[] {
    return [...this.#samples].flatMap(([key, sample]) => {
      const at = (further = "") => {
        const pairs = [key, further].filter((it) => it !== "").join(",");
        return pairs === "" ? "" : `{${pairs}}`;
      };
      return write(at, sample);
    });
  }
}
