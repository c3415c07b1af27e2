import { instant } from "@countersign/protocol/instants";
import { cellsOf } from "@countersign/protocol/text-wrap";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { enrolledMachine } from "../testing/run-secrets.ts";
import { APP_PASSWORD, PRIYA, SAM } from "../testing/test-cast.ts";
import { startTestService } from "../testing/test-service.ts";
import { fieldLines, fit, type Line, openChannel, styled } from "./channel.ts";
import { signatureLines } from "./signature-lines.ts";
import { tableLines } from "./table.ts";
import { parseDuration, relativeTime } from "./times.ts";

const NOW = Date.parse("2026-03-01T08:00:00Z");
const plain = (lines: readonly Line[]) =>
  lines.map((line) =>
    line.map((piece) => (typeof piece === "string" ? piece : piece.text)).join(""),
  );

function capture(over: Partial<Parameters<typeof openChannel>[0]> = {}) {
  let text = "";
  const channel = openChannel({
    sink: { write: (part) => (text += part) },
    isTerminal: true,
    colour: false,
    width: 40,
    ...over,
  });
  return { channel, text: () => text };
}

describe("output in the width of the terminal", () => {
  it.each([40, 80, 120])("keeps its form at %i columns", async (columns) => {
    const service = await startTestService(() => NOW);
    const machine = await enrolledMachine(service);
    const how = { columns, now: () => NOW };
    await machine.secrets(["request", APP_PASSWORD, "--why", "restore", "--ticket", "OPS-42"], {
      ...how,
      meanwhile: [() => service.sign(), () => service.approve(SAM)],
    });
    const shown: string[] = [];
    for (const args of [
      ["list"],
      ["show", APP_PASSWORD],
      ["requests"],
      ["help"],
      ["get", "--help"],
    ]) {
      const { stdout } = await machine.secrets(args, how);
      shown.push(
        `$ secrets ${args.join(" ")}\n${stdout.replaceAll(/r-\w{26}/g, `r-${"x".repeat(26)}`)}`,
      );
    }
    const text = shown.join("\n");
    expect(text).toMatchSnapshot();
    // Names and links are never broken where a copy would lose a part; everything else fits.
    const tooWide = text
      .split("\n")
      .filter((line) => cellsOf(line) > columns && !/secret:\/\/|^\$/.test(line));
    expect(tooWide).toEqual([]);
    machine.remove();
    await service.stop();
  });

  it.each([40, 80, 120])("draws signature lines that fill in, at %i columns", (width) => {
    const candidates = [SAM, PRIYA].map(({ person, name, role }) => ({
      person,
      name,
      role,
      cannot: null,
    }));
    const signed = {
      person: SAM.person,
      name: SAM.name,
      role: SAM.role,
      at: instant.parse("2026-03-01T07:58:00Z"),
      credential: SAM.credential,
      index: 41,
    };
    const lines = signatureLines(
      [
        { anyOf: ["security-admin"], signed },
        { anyOf: ["security-admin"], signed: null },
        { anyOf: ["ciso"], signed: null },
      ],
      candidates,
      width,
      NOW,
    );
    expect(plain(lines.map((line) => fit(line, width)))).toMatchSnapshot();
    for (const line of lines)
      expect(cellsOf(plain([fit(line, width)])[0] ?? "")).toBeLessThanOrEqual(width);
  });

  it("never writes a table line wider than the terminal, whatever the names", () => {
    const row = fc.record({
      name: fc.string({ maxLength: 60, unit: "grapheme" }),
      state: fc.string({ maxLength: 12 }),
    });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 20, max: 130 }),
        (rows, width) => {
          const lines = tableLines(
            rows,
            [
              { title: "NAME", priority: 0, cell: (it) => ({ text: it.name }) },
              { title: "STATE", priority: 1, cell: (it) => ({ text: it.state }) },
            ],
            width,
          );
          return plain(lines).every((line) => cellsOf(line) <= width);
        },
      ),
    );
  });

  it("puts a value under its label where there is no room beside it", () => {
    expect(plain(fieldLines("Label", "a value that is long", 10, 60))).toEqual([
      "Label     a value that is long",
    ]);
    expect(plain(fieldLines("Label", "a value that is long", 10, 24))).toEqual([
      "Label",
      "  a value that is long",
    ]);
  });
});

describe("a channel", () => {
  it("colours on a terminal only, and always has a word beside the colour", () => {
    const coloured = capture({ colour: true });
    coloured.channel.line({ text: "revoked", style: "bad" });
    expect(coloured.text()).toBe("\u001b[31mrevoked\u001b[0m\n");
    const bare = capture();
    bare.channel.line({ text: "revoked", style: "bad" });
    expect(bare.text()).toBe("revoked\n");
  });

  it("redraws in place on a terminal", () => {
    const { channel, text } = capture();
    channel.redraw([["one"], ["two"]]);
    channel.redraw([["one"], ["three"]]);
    expect(text()).toBe("one\ntwo\n\u001b[2A\u001b[0Jone\nthree\n");
  });

  it("only adds lines where it is no terminal, each once", () => {
    const { channel, text } = capture({ isTerminal: false });
    channel.redraw([["one"], ["two"]]);
    channel.redraw([["one"], ["three"]]);
    expect(text()).toBe("one\ntwo\nthree\n");
  });

  it("cuts a redrawn line that would wrap", () => {
    const { channel, text } = capture({ width: 20 });
    channel.redraw([["0123456789", styled("quiet", "0123456789abc")]]);
    expect(text()).toBe("0123456789012345678…\n");
  });
});

describe("times", () => {
  it.each([
    ["90s", 90],
    ["30m", 1800],
    ["2h30m", 9000],
    ["1d", 86_400],
    ["", null],
    ["1", null],
    ["1 h", null],
    ["-1h", null],
    ["1w", null],
    ["999999999h", null],
  ])("reads %j as %j seconds", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it("says when, by the largest unit", () => {
    const at = (text: string) => relativeTime(instant.parse(text), NOW);
    expect(at("2026-03-01T07:59:57Z")).toBe("just now");
    expect(at("2026-03-01T06:58:57Z")).toBe("1 hour ago");
    expect(at("2026-03-04T09:00:00Z")).toBe("in 3 days");
  });
});
