import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromUtf8, utf8 } from "../src/bytes.ts";
import { listDigest } from "../src/digest.ts";
import { digest } from "../src/ids.ts";
import { openings, openStatement } from "../src/openings.ts";
import { render } from "../src/rendering.ts";
import { encodeStatement, statement } from "../src/statement.ts";
import { STATEMENT_KINDS } from "../testing/arbitrary-statement.ts";
import { type Example, examples } from "../testing/example-statements.ts";

/** Writing is a deliberate act: see README.md beside this file. */
const WRITES = process.env.COUNTERSIGN_WRITE_VECTORS === "yes";
const fileOf = (name: string) => new URL(`${name}.json`, import.meta.url);
const sha256 = (text: string) => createHash("sha256").update(text, "utf8").digest("base64url");

async function vectorOf(example: Example) {
  const opened = await openStatement(example.bytes, example.openings);
  if (!opened.ok) throw new Error(opened.error.message);
  const rendering = render(opened.value);
  return {
    shows: example.shows,
    statement: opened.value.statement,
    openings: example.openings,
    canonical: fromUtf8(example.bytes),
    digest: opened.value.digest,
    words: rendering.words,
    rendering,
  };
}

async function listVector(all: readonly Example[]) {
  const digests = [];
  for (const example of all.slice(0, 3)) digests.push((await vectorOf(example)).digest);
  return {
    shows: "the challenge for one touch over three statements",
    digests,
    digest: await listDigest(digests),
  };
}

const all = await examples();
if (WRITES) {
  const write = (name: string, vector: object) =>
    writeFileSync(fileOf(name), `${JSON.stringify(vector, null, 2)}\n`);
  for (const example of all) write(example.name, await vectorOf(example));
  write("list", await listVector(all));
}

describe("golden vectors", () => {
  it("are one file for each example, and no other", () => {
    const files = readdirSync(new URL(".", import.meta.url)).filter((it) => it.endsWith(".json"));
    expect(files.sort()).toEqual([...all.map(({ name }) => `${name}.json`), "list.json"].sort());
  });

  it("cover every kind", async () => {
    const kinds = await Promise.all(all.map(async (it) => (await vectorOf(it)).statement.kind));
    expect([...new Set(kinds)].sort()).toEqual([...STATEMENT_KINDS].sort());
  });

  it.each(all)(
    "$name: bytes, digest, words and rendering are those that were published",
    async (example) => {
      const golden = JSON.parse(readFileSync(fileOf(example.name), "utf8"));
      expect(await vectorOf(example)).toEqual(golden);
    },
  );

  it.each(all)("$name: follows from the file alone", async ({ name }) => {
    const golden = JSON.parse(readFileSync(fileOf(name), "utf8"));
    expect(fromUtf8(encodeStatement(statement.parse(golden.statement)))).toBe(golden.canonical);
    expect(sha256(`countersign/statement/v1\n${golden.canonical}`)).toBe(golden.digest);
    const opened = await openStatement(utf8(golden.canonical), openings.parse(golden.openings));
    if (!opened.ok) throw new Error(opened.error.message);
    expect(render(opened.value)).toEqual(golden.rendering);
    for (const [key, it] of Object.entries(openings.parse(golden.openings).texts)) {
      const { label, salt, value } = it;
      const jcs = `{"label":${JSON.stringify(label)},"salt":"${salt}","value":${JSON.stringify(value)}}`;
      expect(sha256(`countersign/commitment/v1\n${jcs}`)).toBe(key);
    }
  });

  it("list: the digests in their order", async () => {
    const golden = JSON.parse(readFileSync(fileOf("list"), "utf8"));
    expect(await listVector(all)).toEqual(golden);
    expect(sha256(`countersign/list/v1\n${JSON.stringify(golden.digests)}`)).toBe(golden.digest);
    expect(digest.safeParse(golden.digest).success).toBe(true);
  });
});
