import { showHidden } from "@countersign/protocol/text";
import { cellsOf } from "@countersign/protocol/text-wrap";

/**
 * One line of text from anywhere, made safe to print: control characters (an escape sequence could
 * rewrite the screen), direction marks and invisible characters become U+FFFD. Statements cannot hold
 * such text; sentences of a hostile service could. Isolates stay: the rendering puts them around names.
 */
export function clean(text: string): string {
  return text
    .split(/([\u2068\u2069])/)
    .map((part, at) => (at % 2 === 1 ? part : showHidden(part).replaceAll("\n", "\ufffd")))
    .join("");
}

export function padTo(text: string, cells: number): string {
  return text + " ".repeat(Math.max(0, cells - cellsOf(text)));
}

/** The beginning of a text that fits, whole characters only. */
export function takeCells(text: string, cells: number): string {
  let taken = "";
  for (const char of text) {
    if (cellsOf(taken + char) > cells) break;
    taken += char;
  }
  return taken;
}
