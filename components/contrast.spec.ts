import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../app/tokens.css", import.meta.url), "utf8");

function tokensOf(selector: string): Map<string, string> {
  const start = css.indexOf(`\n${selector} {`);
  const block = css.slice(start, css.indexOf("\n}", start));
  return new Map(
    [...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name = "", hex = ""]) => [
      name,
      hex,
    ]),
  );
}

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const GROUNDS = ["paper", "sheet", "wash"] as const;
const ON_ANY_GROUND = ["ink", "quiet", "blue", "verdigris", "amber", "vermilion"] as const;

const TEXT_PAIRS: readonly (readonly [text: string, ground: string])[] = [
  ...GROUNDS.flatMap((ground) => ON_ANY_GROUND.map((text) => [text, ground] as const)),
  ...["blue", "verdigris", "amber", "vermilion"].flatMap(
    (tone) =>
      [
        [tone, `${tone}-wash`],
        ["ink", `${tone}-wash`],
        ["quiet", `${tone}-wash`],
      ] as const,
  ),
  ["on-blue", "blue"],
  ["on-blue", "blue-deep"],
  ["on-vermilion", "vermilion"],
];
/** Borders of controls, dotted lines, the focus ring. */
const MARK_PAIRS = GROUNDS.flatMap((ground) => [
  ["edge", ground] as const,
  ["blue", ground] as const,
]);

describe.each([
  ["light", ":root"],
  ["dark", '[data-theme="dark"]'],
])("the palette, %s", (_theme, selector) => {
  const tokens = tokensOf(selector);
  const hexOf = (name: string): string => {
    const hex = tokens.get(name);
    if (hex === undefined) throw new Error(`no token --${name} in ${selector}`);
    return hex;
  };

  it.each(TEXT_PAIRS)("text in %s on %s has AAA contrast, 7:1", (text, ground) => {
    expect(contrast(hexOf(text), hexOf(ground))).toBeGreaterThanOrEqual(7);
  });

  it.each(MARK_PAIRS)("marks in %s on %s are seen, 3:1", (mark, ground) => {
    expect(contrast(hexOf(mark), hexOf(ground))).toBeGreaterThanOrEqual(3);
  });

  it("has the same tokens as the other theme, so that none falls back by accident", () => {
    expect([...tokens.keys()].sort()).toEqual([...tokensOf(":root").keys()].sort());
  });
});

it("the measure is the published one: black on white is 21, and #767676 on white just passes AA", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
});
