import { z } from "zod";
import { digestOf } from "./digest.ts";
import { type Commitment, commitment, type Salt, salt } from "./ids.ts";
import { OPENED_TEXT, TEXT_LABELS, type TextLabel } from "./text.ts";

/**
 * Personal data stands in a statement as salted commitments; the openings travel beside it and can be
 * erased. The salt has 256 bits, so that a commitment whose opening is erased cannot be guessed.
 */
export const opening = z
  .strictObject({ label: z.enum(TEXT_LABELS), salt, value: z.string().max(1000) })
  .refine(
    (it) => OPENED_TEXT[it.label].safeParse(it.value).success,
    "the text is not fit to be signed",
  );
export type Opening = z.infer<typeof opening>;

/** SHA-256 over the label, the salt and the text. */
export async function commit(label: TextLabel, text: string, fresh: Salt): Promise<Commitment> {
  return commitment.parse(await digestOf("commitment", { label, salt: fresh, value: text }));
}

/** The text behind a commitment, or null where the opening is absent, for another label, or does not fit. */
export async function openCommitment(
  target: Commitment,
  label: TextLabel,
  given: Opening | undefined,
): Promise<string | null> {
  if (given === undefined || given.label !== label) return null;
  if (!OPENED_TEXT[label].safeParse(given.value).success) return null;
  return (await commit(given.label, given.value, given.salt)) === target ? given.value : null;
}
