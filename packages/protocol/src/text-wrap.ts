/* Laying out text in the cells of a terminal. Widths are those that terminals use, by code point. */

const NO_CELL = /[\p{M}\u2068\u2069]/u;
/** East Asian Wide and Fullwidth (Unicode UAX 11), by block, and emoji. */
const TWO_CELLS =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** How many cells a text takes. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const char of text) cells += NO_CELL.test(char) ? 0 : TWO_CELLS.test(char) ? 2 : 1;
  return cells;
}

/**
 * Breaks a text into lines of at most `width` cells (2 at least): at its own line feeds, between words,
 * after slashes, and where nothing else helps, anywhere. Drops nothing but the blanks at which it breaks.
 */
export function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((paragraph) => isolateEach(wrapParagraph(paragraph, width)));
}

function wrapParagraph(paragraph: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of piecesOf(paragraph)) {
    if (cellsOf(line + piece.trimEnd()) <= width) {
      line += piece;
      continue;
    }
    if (line !== "") lines.push(line.trimEnd());
    line = "";
    for (const char of piece) {
      if (line !== "" && cellsOf(line + char.trimEnd()) > width) {
        lines.push(line.trimEnd());
        line = "";
      }
      line += char;
    }
  }
  return [...lines, line.trimEnd()];
}

/** Words with the blanks after them, and the parts of paths with the slash after them. */
function piecesOf(paragraph: string): string[] {
  return paragraph.match(/[^ /]*\/+ *|[^ /]+ *| +/g) ?? [];
}

/** An isolate (FSI … PDI) that was broken is closed at the end of its line and opened on the next. */
function isolateEach(lines: readonly string[]): string[] {
  let open = false;
  return lines.map((line) => {
    const begun = open ? `\u2068${line}` : line;
    open = begun.lastIndexOf("\u2068") > begun.lastIndexOf("\u2069");
    return open ? `${begun}\u2069` : begun;
  });
}
