import { describe, expect, it } from "vitest";
import { checkpointNote, makeP256, makeWitness } from "../testing/test-ledger.ts";
import { readCheckpoint } from "./signed-note.ts";

const NOW = Date.parse("2026-03-01T08:00:00Z");
const origin = "countersign.test/one";
const log = makeP256();
const witnesses = [makeWitness("w.test/1"), makeWitness("w.test/2")];
const trust = { origin, logKey: log.spki, witnesses };
const entries = [Buffer.from("a"), Buffer.from("b"), Buffer.from("c")];
const note = checkpointNote({ origin, entries, log, witnesses, atSeconds: NOW / 1000 });
const errorOf = (text: string, over: Partial<typeof trust> = {}) => {
  const read = readCheckpoint(text, { ...trust, ...over }, NOW);
  return read.ok ? null : read.error;
};

describe("a checkpoint is believed", () => {
  it("AUD-2 when the pinned log key signed it, with the witnesses that cosigned it", () => {
    const read = readCheckpoint(note, trust, NOW);
    expect(read).toMatchObject({ ok: true, value: { origin, size: 3 } });
    expect(read.ok && read.value.witnessed.map((it) => it.name)).toEqual(["w.test/1", "w.test/2"]);
  });

  it("reads the checkpoint of the specification's own example as to form", () => {
    const example =
      "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
    expect(errorOf(example, { origin: "example.com/behind-the-sofa" })).toBe(
      "the ledger's signature is missing",
    );
  });

  it("ignores signatures of keys that are not pinned", () => {
    const stranger = makeWitness("w.test/stranger");
    const more = checkpointNote({
      origin,
      entries,
      log,
      witnesses: [stranger],
      atSeconds: NOW / 1000,
    });
    const read = readCheckpoint(more, trust, NOW);
    expect(read.ok && read.value.witnessed).toEqual([]);
  });

  it("does not count a cosignature dated ahead of this machine's clock", () => {
    const ahead = checkpointNote({ origin, entries, log, witnesses, atSeconds: NOW / 1000 + 301 });
    const read = readCheckpoint(ahead, trust, NOW);
    expect(read.ok && read.value.witnessed).toEqual([]);
  });
});

describe("a checkpoint is refused", () => {
  const cases: [string, string, Partial<typeof trust>, string][] = [
    [
      "of another ledger",
      note,
      { origin: "countersign.test/two" },
      "the checkpoint is of another ledger",
    ],
    ["by another log key", note, { logKey: makeP256().spki }, "the ledger's signature is missing"],
    ["with another size", note.replace("\n3\n", "\n4\n"), {}, "the ledger's signature is wrong"],
    [
      "with a leading zero",
      note.replace("\n3\n", "\n03\n"),
      {},
      "the checkpoint is not a signed note",
    ],
    [
      "without its blank line",
      note.replace("\n\n", "\n"),
      {},
      "the checkpoint is not a signed note",
    ],
    ["cut off", note.slice(0, -10), {}, "the checkpoint is not a signed note"],
    [
      "with a control character",
      note.replace("\n3\n", "\n3\u0007\n"),
      {},
      "the checkpoint is not a signed note",
    ],
    ["that is empty", "", {}, "the checkpoint is not a signed note"],
    ["that is huge", "x".repeat(70_000), {}, "the checkpoint is not a signed note"],
    [
      "with padding that is not canonical",
      note.replace(/=\n/, "==\n"),
      {},
      "the checkpoint is not a signed note",
    ],
  ];
  it.each(cases)("%s", (_, text, over, error) => {
    expect(errorOf(text, over)).toBe(error);
  });

  it("when a pinned witness's signature is over something else, even beside good ones", () => {
    const other = checkpointNote({
      origin,
      entries: entries.slice(0, 2),
      log,
      witnesses,
      atSeconds: NOW / 1000,
    });
    const line = (of: string, name: string) =>
      of.split("\n").find((it) => it.startsWith(`\u2014 ${name} `)) ?? "";
    expect(errorOf(note.replace(line(note, "w.test/2"), line(other, "w.test/2")))).toBe(
      "a witness's signature is wrong",
    );
  });

  it("when any single character of it is changed, unless only an unknown signature is", () => {
    for (let at = 0; at < note.length; at++) {
      const changed = note.slice(0, at) + (note[at] === "A" ? "B" : "A") + note.slice(at + 1);
      const read = readCheckpoint(changed, trust, NOW);
      // A changed name or key id of a witness line makes it a stranger's: it no longer counts.
      if (read.ok) expect(read.value.witnessed.length).toBeLessThan(2);
      if (read.ok) expect(read.value.size).toBe(3);
    }
  });
});
