import type { BenchOptions, Figure } from "../scripts/bench.mjs";

export type { BenchOptions, Figure };

/** A figure from several samples. */
export function median(
  name: string,
  unit: string,
  samples: readonly number[],
  more: Pick<Figure, "aim" | "better"> = {},
): Figure {
  return { name, unit, value: quantile(samples, 0.5), samples: [...samples], ...more };
}

/** The smallest sample that at least so many (0 to 1) of the samples do not exceed. */
export function quantile(samples: readonly number[], at: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * at) - 1)] ?? Number.NaN;
}
