import { describe, expect, it } from "vitest";
import { judgeSubmission, type WitnessMemory } from "./judge-submission.ts";
import { parseLogKey } from "./log-key.ts";
import { createTestLog, origin, proofOf, rootOf } from "./witness.fixture.ts";

const log = createTestLog();
const eve = createTestLog();
const other = createTestLog("log.test/other");

const remembering = (size: number | null): WitnessMemory => ({
  keysOf: (name) => (name === origin ? [parseLogKey(log.verifierKey)] : []),
  latestOf: () => (size === null ? null : { size, root: rootOf(0, size) }),
});
const judge = (body: string, size: number | null) =>
  judgeSubmission(body, remembering(size)).status;

/** Every combination of what the witness remembers, what the submitter believes, and what is submitted. */
describe("judging a submission: remembered x old size x new size", () => {
  for (const remembered of [null, 0, 1, 4, 7]) {
    for (const old of [0, 1, 4, 7, 9]) {
      for (const size of [0, 1, 4, 7, 9]) {
        const known = remembered ?? 0;
        const expected = old > size ? "size-reversed" : old !== known ? "conflict" : "cosign";
        it(`AUD-2 remembers ${remembered}, old ${old}, new ${size}: ${expected}`, () => {
          const judgement = judgeSubmission(log.submission(old, size), remembering(remembered));
          expect(judgement.status).toBe(expected);
          if (judgement.status === "conflict") expect(judgement.size).toBe(known);
          if (judgement.status === "cosign") expect(judgement.checkpoint.size).toBe(size);
        });
      }
    }
  }
});

describe("judging a submission", () => {
  it("AUD-2 refuses a fork: the same size with another root", () => {
    const fork = log.submission(4, 4, { root: rootOf(1, 5) });
    expect(judgeSubmission(fork, remembering(4))).toEqual({ status: "conflict", size: 4 });
    expect(judge(log.submission(0, 0, { root: rootOf(0, 1) }), null)).toBe("conflict");
  });

  it("AUD-2 refuses a rewritten history, whatever the proof", () => {
    for (const proof of [[], proofOf(4, 7), proofOf(3, 7), [rootOf(0, 4)]]) {
      expect(judge(log.submission(4, 7, { root: rootOf(1, 8), proof }), 4)).toBe("inconsistent");
    }
  });

  it("AUD-2 refuses a proof where none is needed", () => {
    expect(judge(log.submission(0, 4, { proof: [rootOf(0, 1)] }), null)).toBe("inconsistent");
    expect(judge(log.submission(4, 4, { proof: [rootOf(0, 1)] }), 4)).toBe("inconsistent");
  });

  it("AUD-2 refuses what Eve signed under the log's name, and what the log did not sign", () => {
    expect(judge(eve.submission(4, 7), 4)).toBe("not-signed-by-log");
    const edited = log
      .submission(4, 7)
      .replace(rootOf(0, 7).toString("base64"), rootOf(0, 8).toString("base64"));
    expect(judge(edited, 4)).toBe("not-signed-by-log");
  });

  it("AUD-2 refuses a log that it does not serve, before looking at its signature", () => {
    expect(judge(other.submission(0, 4), null)).toBe("unknown-log");
  });

  it("AUD-2 ignores signatures of unknown keys beside the log's", () => {
    const [own, foreign] = [log.note(7), eve.note(7).split("\n\n")[1]];
    const body = log.submission(4, 7, { note: `${own}${foreign}` });
    const judgement = judgeSubmission(body, remembering(4));
    expect(judgement.status === "cosign" && judgement.logLines.join("")).toBe(own.split("\n\n")[1]);
  });

  it("AUD-2 learns nothing from a body that the log did not sign: sizes are not compared", () => {
    expect(judge(eve.submission(0, 7), 4)).toBe("not-signed-by-log");
    expect(judge(eve.submission(9, 7), 4)).toBe("not-signed-by-log");
  });

  const honest = log.submission(4, 7);
  const malformed: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["a checkpoint alone", log.note(7)],
    ["no old line", honest.replace(/^old 4\n/, "")],
    ["a leading zero", honest.replace("old 4", "old 04")],
    ["a negative size", honest.replace("old 4", "old -4")],
    ["two spaces", honest.replace("old 4", "old  4")],
    ["a size beyond 2^53", honest.replace("old 4", "old 9007199254740993")],
    ["a short hash", honest.replace(/\n[^\n]{44}\n/, "\nAAAA\n")],
    ["64 hashes", log.submission(4, 7, { proof: Array.from({ length: 64 }, () => rootOf(0, 1)) })],
    ["no signature", honest.slice(0, honest.lastIndexOf("\n—") + 1)],
    ["no newline at the end", honest.slice(0, -1)],
    ["carriage returns", honest.replaceAll("\n", "\r\n")],
    ["a NUL", honest.replace("log.test", "log\0test")],
    ["what was not UTF-8", honest.replace("log.test", "log\ufffdtest")],
    ["a checkpoint size with a leading zero", honest.replace("\n7\n", "\n07\n")],
    ["an empty origin", honest.replace("\n\nlog.test/acme\n", "\n\n\n")],
    ["101 signatures", honest + `${honest.split("\n").at(-2)}\n`.repeat(100)],
  ];
  for (const [what, body] of malformed) {
    it(`refuses as malformed: ${what}`, () => {
      expect(body).not.toBe(honest);
      expect(judge(body, 4)).toBe("malformed");
    });
  }

  it("is not confused by 63 hashes, the most that may be sent", () => {
    const proof = Array.from({ length: 63 }, () => rootOf(0, 1));
    expect(judge(log.submission(4, 7, { proof }), 4)).toBe("inconsistent");
  });
});

describe("a log key", () => {
  it("is refused with another key's id, of another type, or malformed", () => {
    const withAnotherId = log.verifierKey.replace(/\+[0-9a-f]{8}\+/, "+00000000+");
    expect(() => parseLogKey(withAnotherId)).toThrow(/another key/);
    expect(() => parseLogKey(log.verifierKey.slice(0, -8))).toThrow(/not a P-256 key/);
    expect(() => parseLogKey("w+00000000+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")).toThrow(
      /type 2/,
    );
    expect(() => parseLogKey("log.test")).toThrow(/origin\+id\+key/);
  });
});
