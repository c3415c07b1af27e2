import { parseSecretReference, type SecretName } from "@countersign/protocol/names";
import { usage } from "../stop.ts";

/** NAME as typed, with or without `secret://`. The refusal repeats nothing: it may be a value in the wrong place. */
export function secretNameFrom(text: string | undefined): SecretName {
  const name = parseSecretReference(text ?? "");
  if (name === null) {
    throw usage(
      "That is not a secret's name: service/environment/path/name, of a to z, 0 to 9, dot and hyphen.",
      "secrets list shows the names",
    );
  }
  return name;
}

/** A whole number within bounds, from an option. */
export function wholeNumberFrom(
  text: string | undefined,
  option: string,
  bounds: { min: number; max: number },
): number | null {
  if (text === undefined) return null;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= bounds.min && value <= bounds.max) return value;
  throw usage(`${option}: a whole number from ${bounds.min} to ${bounds.max}.`);
}

export function required(text: string | undefined, option: string): string {
  if (text === undefined || text === "") throw usage(`${option} is missing.`);
  return text;
}
