import type { SourceTree } from "./source-tree.ts";

/** Each circle of imports once, as `a.ts: → b.ts → a.ts`. */
export function cyclesOf(tree: SourceTree): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const cycles: string[] = [];

  const visit = (file: string) => {
    const start = path.indexOf(file);
    if (start !== -1) {
      const circle = [...path.slice(start), file];
      cycles.push(`${file}: → ${circle.slice(1).join(" → ")}`);
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const { target } of tree.get(file)?.imports ?? []) {
      if (target !== undefined && tree.has(target)) visit(target);
    }
    path.pop();
    done.add(file);
  };
  for (const file of tree.keys()) visit(file);
  return cycles;
}
