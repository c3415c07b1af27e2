import { appRouter } from "../../server/console/trpc/root.ts";
import type { Caller } from "./console-world.ts";

export type Procedure = { readonly path: string; readonly type: string };

/** Every procedure that the router has, by its path. tRPC keeps them flat, each a function with its definition. */
export function allProcedures(): readonly Procedure[] {
  return Object.entries<unknown>(appRouter._def.procedures)
    .map(([path, it]) => ({ path, type: typeOf(path, it) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

function typeOf(path: string, of: unknown): string {
  if (typeof of === "function" && "_def" in of) {
    const { _def: definition } = of;
    if (typeof definition === "object" && definition !== null && "type" in definition)
      if (typeof definition.type === "string") return definition.type;
  }
  throw new Error(`${path} is no procedure`);
}

/** Calls a procedure by its path, with whatever input. @throws what it throws; Error where the path is none */
export async function callByPath(caller: Caller, path: string, input: unknown): Promise<unknown> {
  const found: unknown = path
    .split(".")
    .reduce<object>((from, name) => Reflect.get(from, name) ?? {}, caller);
  if (typeof found !== "function") throw new Error(`there is no procedure ${path}`);
  return found(input);
}
