import { describe, expect, it } from "vitest";
import { type Page, readAll } from "./read-all.ts";

/** Pages of three numbers each, from 1 to `last`. */
function numbersTo(last: number) {
  const asked: (string | null)[] = [];
  const read = async (cursor: string | null): Promise<Page<number>> => {
    asked.push(cursor);
    const from = Number(cursor ?? 1);
    const rows = [from, from + 1, from + 2].filter((it) => it <= last);
    return { rows, next: from + 3 > last ? null : String(from + 3) };
  };
  return { read, asked };
}
const always = () => true;

describe("reading a whole list for a copy", () => {
  it("AUD-5 has every row once, in the order of the list, and says that nothing is left out", async () => {
    const { read, asked } = numbersTo(8);
    expect(await readAll(read, { most: 100, isWanted: always })).toEqual({
      rows: [1, 2, 3, 4, 5, 6, 7, 8],
      isCut: false,
    });
    expect(asked).toEqual([null, "4", "7"]);
  });

  it.each([
    [7, [1, 2, 3, 4, 5, 6, 7], true],
    [8, [1, 2, 3, 4, 5, 6, 7, 8], false],
    [6, [1, 2, 3, 4, 5, 6], true],
  ])(
    "L40 of 8 rows it takes %i at most, and says whether that was all",
    async (most, rows, isCut) => {
      const { read } = numbersTo(8);
      expect(await readAll(read, { most, isWanted: always })).toEqual({ rows, isCut });
    },
  );

  it("leaves off when nobody waits for it any more", async () => {
    const { read, asked } = numbersTo(8);
    expect(await readAll(read, { most: 100, isWanted: () => asked.length < 2 })).toBeNull();
    expect(asked).toEqual([null, "4"]);
  });
});
