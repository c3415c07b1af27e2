import * as z from "zod";
import { digestOf } from "./digest.ts";
import { type Commitment, commitment, type Salt, salt } from "./ids.ts";
import { OPENED_TEXT, TEXT_LABELS, type TextLabel } from "./text.ts";

/**
 * Personal data stands in a statement as salted commitments; the openings travel beside it and can be
 * erased. The salt has 256 bits, so that a commitment whose opening is erased cannot be guessed.
 */
export const opening = z.strictObject({
  label: z.enum(TEXT_LABELS),
  salt,
  /** Whether it is fit to be shown is judged when it opens: one spoilt row must not hide all the others. */
  value: z.string().max(1000),
});
export type Opening = z.infer<typeof opening>;

/**
 * SHA-256 over the label, the salt and the text. Draw a fresh salt for each: the same salt twice shows
 * that two texts are equal. A text that `OPENED_TEXT` does not accept can be committed to, but never opens.
 *
 * @throws TypeError on a lone surrogate.
 */
export async function commit(label: TextLabel, text: string, fresh: Salt): Promise<Commitment> {
  return commitment.parse(await digestOf("commitment", { label, salt: fresh, value: text }));
}

/**
 * The text behind a commitment, or null where the opening is absent or erased, for another label, not fit
 * to be signed, or simply another text. A caller who lies about an opening gets null, never another text.
 */
export async function openCommitment(
  target: Commitment,
  label: TextLabel,
  given: Opening | undefined,
): Promise<string | null> {
  if (given === undefined || given.label !== label) return null;
  if (!OPENED_TEXT[label].safeParse(given.value).success) return null;
  return (await commit(given.label, given.value, given.salt)) === target ? given.value : null;
}
