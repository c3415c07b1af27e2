import fc from "fast-check";
import { type Openings, openStatement } from "../src/openings.ts";
import { render } from "../src/rendering.ts";
import type { Rendering } from "../src/rendering-shape.ts";
import type { StatementKind } from "../src/statement.ts";
import { arbitraryOpenable, type Openable } from "./arbitrary-statement.ts";

/** What people are shown of these bytes and openings. */
export async function rendered(bytes: Uint8Array, given: Openings): Promise<Rendering> {
  const opened = await openStatement(bytes, given);
  if (!opened.ok) throw new Error(opened.error.message);
  return render(opened.value);
}

/** What a person sees, without the digest and its words, which change with everything. */
export const visible = ({ title, sentences, fields, about }: Rendering): string =>
  JSON.stringify({ title, sentences, fields, about: about === null ? null : visible(about) });

/** The same statement of that kind for the same seed. */
export const oneOf = (kind: StatementKind, seed: number): Promise<Openable> => {
  const [make] = fc.sample(arbitraryOpenable(kind), { seed, numRuns: 1 });
  if (make === undefined) throw new Error("the generator gives an example");
  return make();
};
