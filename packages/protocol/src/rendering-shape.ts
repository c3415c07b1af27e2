import type { Digest } from "./ids.ts";
import type { DigestWords } from "./words.ts";

/**
 * The one way a statement is shown to people: at the desk, in the terminal, in the console, in
 * evidence. Pure over what truly opens; what does not open shows as its id, never as a guess.
 */
export type Rendering = {
  /** One line: who does what to what. */
  readonly title: string;
  /** What follows from signing, in plain words, one to a line. */
  readonly sentences: readonly string[];
  readonly fields: readonly RenderedField[];
  /** The statement that this one is about, shown in full. */
  readonly about: Rendering | null;
  readonly words: DigestWords;
  readonly digest: Digest;
};

export type RenderedField = {
  readonly label: string;
  /** Of a `time`, the instant as it stands in the statement, `2026-03-01T08:00:00Z`. Prose may have several lines. */
  readonly value: string;
  /** How to set it: prose, a name or digest in the mono face, a time, or something that did not open. */
  readonly face: "text" | "mono" | "time" | "unopened";
};
