import { readFileSync } from "node:fs";
import { z } from "zod";
import { ConfigurationFault } from "./environment.ts";

/** A witness as its operator announces it. */
export type WitnessAddress = {
  /** Where it answers, e.g. `http://127.0.0.1:8461`. */
  readonly url: string;
  /** C2SP signed-note verifier key: `name+8 hex digits+base64`. */
  readonly verifierKey: string;
};

export const verifierKey = z.string().regex(/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$/);

const witnesses = z
  .array(z.strictObject({ url: z.url({ protocol: /^https?$/ }), verifierKey }))
  .min(1)
  .max(16)
  .refine((list) => new Set(list.map((each) => each.verifierKey)).size === list.length);

/**
 * Reads the list of witnesses. Two lines with one key would let one witness count twice.
 * @throws ConfigurationFault
 */
export function readWitnesses(path: string, variable: string): readonly WitnessAddress[] {
  const refuse = (problem: string) => new ConfigurationFault([{ variable, problem }]);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw refuse(`the file ${path} cannot be read as JSON. Write a list of {url, verifierKey}.`);
  }
  const parsed = witnesses.safeParse(content);
  if (!parsed.success) {
    throw refuse(
      `the file ${path} must be a list of 1 to 16 {url, verifierKey}, each key once, keys as \`name+id+base64\`.`,
    );
  }
  return parsed.data;
}
