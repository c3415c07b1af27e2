import { renderText } from "@countersign/protocol/render-text";
import type { Rendering } from "@countersign/protocol/rendering";
import { type Line, styled } from "./channel.ts";

/**
 * A statement as the one rendering has it, in the width of the terminal: the text that the desk draws
 * too, down to its four words and its digest. Only the weight of the title is ours.
 */
export function cardLines(of: Rendering, width: number): Line[] {
  const lines = renderText(of, [], Math.min(width, 100));
  const title = lines.indexOf("");
  return lines.map((text, at): Line => [at < title ? styled("strong", text) : text]);
}

/** What the person compares with the desk's page before signing. */
export function wordsLine(words: readonly string[]): Line {
  return ["The desk must show: ", styled("strong", words.join(" "))];
}
