import { cellsOf, wrap } from "@countersign/protocol/text-wrap";
import { clean, padTo, takeCells } from "./clean.ts";

/** How a piece of a line is set. Colour is never the only sign: a word or a mark goes with it. */
export type Style = "strong" | "quiet" | "accent" | "good" | "due" | "bad";

export type Piece = string | { readonly text: string; readonly style: Style };
export type Line = readonly Piece[];

export const styled = (style: Style, text: string): Piece => ({ text, style });

const SGR = {
  strong: "1",
  quiet: "2",
  accent: "34",
  good: "36",
  due: "33",
  bad: "31",
} as const satisfies Record<Style, string>;

export type Sink = { write(text: string): unknown };

/**
 * One of the two ways out, stdout or stderr, as lines. Every text is cleaned here, so that nothing a
 * service sends reaches the terminal as an escape sequence.
 */
export type Channel = {
  readonly isTerminal: boolean;
  /** Columns to fill; at least 20. */
  readonly width: number;
  line(...pieces: Piece[]): void;
  /** Prose, wrapped to the width (80 at most), each line behind `indent`. */
  prose(text: string, indent?: string, style?: Style): void;
  /** Replaces what `redraw` wrote last, on a terminal; elsewhere writes only lines it has not written yet. */
  redraw(lines: readonly Line[]): void;
  /** Leaves what `redraw` wrote standing; the next one starts below. */
  settle(): void;
};

export type ChannelOptions = {
  readonly sink: Sink;
  readonly isTerminal: boolean;
  readonly colour: boolean;
  readonly width: number;
};

export function openChannel({ sink, isTerminal, colour, width }: ChannelOptions): Channel {
  let drawn: string[] = [];
  const columns = Math.max(20, width);
  const set = (pieces: Line) => pieces.map((piece) => paint(piece, colour)).join("");
  return {
    isTerminal,
    width: columns,
    line: (...pieces) => {
      sink.write(`${set(pieces)}\n`);
    },
    prose: (text, indent = "", style) => {
      const cleaned = text.split("\n").map(clean).join("\n");
      for (const line of wrap(cleaned, Math.min(columns, 80) - indent.length)) {
        sink.write(`${set([indent, style === undefined ? line : styled(style, line)])}\n`);
      }
    },
    redraw: (lines) => {
      const texts = lines.map((line) => set(fit(line, columns)));
      if (isTerminal) {
        if (drawn.length > 0) sink.write(`\u001b[${drawn.length}A\u001b[0J`);
        for (const text of texts) sink.write(`${text}\n`);
        drawn = texts;
        return;
      }
      for (const text of texts) if (!drawn.includes(text)) sink.write(`${text}\n`);
      drawn = [...new Set([...drawn, ...texts])];
    },
    settle: () => {
      drawn = [];
    },
  };
}

function paint(piece: Piece, colour: boolean): string {
  if (typeof piece === "string") return clean(piece);
  const text = clean(piece.text);
  return colour && text !== "" ? `\u001b[${SGR[piece.style]}m${text}\u001b[0m` : text;
}

/** Cuts a line that would wrap: a redrawn region must know how many rows it took. */
export function fit(line: Line, columns: number): Line {
  let left = columns;
  const kept: Piece[] = [];
  for (const piece of line) {
    const text = clean(typeof piece === "string" ? piece : piece.text);
    const width = cellsOf(text);
    const shown = width <= left ? text : left <= 0 ? "" : `${takeCells(text, left - 1)}…`;
    left -= cellsOf(shown);
    if (shown !== "") kept.push(typeof piece === "string" ? shown : { ...piece, text: shown });
    if (width > cellsOf(shown)) break;
  }
  return kept;
}

/** `label   value`, the value wrapped beside its label, or under it where the terminal is narrow. */
export function fieldLines(
  label: string,
  value: string,
  labelWidth: number,
  columns: number,
): Line[] {
  const narrow = columns < labelWidth + 24;
  const indent = narrow
    ? `${" ".repeat(label.length - label.trimStart().length)}  `
    : " ".repeat(labelWidth);
  const values = value
    .split("\n")
    .flatMap((paragraph) => wrap(clean(paragraph), Math.min(columns, 100) - indent.length));
  if (narrow) return [[styled("quiet", label)], ...values.map((text): Line => [indent, text])];
  return values.map(
    (text, at): Line => [styled("quiet", padTo(at === 0 ? label : "", labelWidth)), text],
  );
}
