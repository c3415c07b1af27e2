import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { arbitraryOpenable } from "../testing/arbitrary-statement.ts";
import { aCredentialId, anInstant, aPersonId } from "../testing/arbitrary-values.ts";
import { examples } from "../testing/example-statements.ts";
import { NO_OPENINGS, openStatement } from "./openings.ts";
import { renderSignatureLines, renderText } from "./render-text.ts";
import { render } from "./rendering.ts";
import type { Rendering } from "./rendering-shape.ts";
import { ROLES } from "./roles.ts";
import { cellsOf, wrap } from "./text-wrap.ts";
import { type SignatureLine, signatureLine } from "./views.ts";

// Properties over many statements or code points, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

async function example(name: string): Promise<Rendering> {
  const found = (await examples()).find((it) => it.name === name);
  if (found === undefined) throw new Error(`no example ${name}`);
  const opened = await openStatement(found.bytes, found.openings);
  if (!opened.ok) throw new Error(opened.error.message);
  return render(opened.value);
}

const EMPTY: SignatureLine = { anyOf: ["security-admin", "ciso"], signed: null };
const SIGNED: SignatureLine = signatureLine.parse({
  anyOf: ["security-admin"],
  signed: {
    person: "p-081040g2081040g2081040g208",
    name: "Sam Ito",
    role: "security-admin",
    at: "2026-03-01T08:04:11Z",
    credential: "FRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRUVFRU",
    index: 1042,
  },
});

const aLine: fc.Arbitrary<SignatureLine> = fc.record({
  anyOf: fc.array(fc.constantFrom(...ROLES), { minLength: 1, maxLength: 8 }),
  signed: fc.option(
    fc.record({
      person: aPersonId,
      name: fc.string({ unit: "binary", maxLength: 120 }),
      role: fc.constantFrom(...ROLES),
      at: anInstant,
      credential: aCredentialId,
      index: fc.nat(),
    }),
  ),
});

describe("the card in a terminal", () => {
  it("reads like this", async () => {
    expect(renderText(await example("request"), [SIGNED, EMPTY], 80).join("\n")).toBe(
      `Olivia Hart asks to use payments/prod/postgres/app-password for 1 hour

The value may be opened once on the device “Olivia's laptop”, and nowhere else.
That device was enrolled 3 days 47 minutes before.
This holds from 2026-03-01 08:00 UTC to 2026-03-01 09:00 UTC.

  Why              Pool exhausted since 03:10.
                   I need to look at pg_stat_activity.
  Ticket           OPS-4711
  Secret           secret://payments/prod/postgres/app-password (version 3)
  Secret id        s-040g2081040g2081040g208104
  Owner            payments-team
  Service          payments
  Data class       pii (personal data)
  Tier             critical
  Rotation         every 90 days
  Device           Olivia's laptop
  Device id        d-040g2081040g2081040g208104
  Device enrolled  2026-02-26 07:12:30 UTC
  From             2026-03-01 08:00 UTC
  Until            2026-03-01 09:00 UTC
  Openings         1
  Request          r-040g2081040g2081040g208104
  Signer           Olivia Hart
  Signs as         service owner
  Signer id        p-040g2081040g2081040g208104
  Tenant           acme
  Sign by          2026-03-01 08:10 UTC

  Words   recall sad despair bar
  Digest  s3e08Aky-zt1xwzmYL0-mzsY6FvrCqq1-GioVr5ttpE

  Sam Ito
  ────────────────────────────────────────
  security admin · 2026-03-01 08:04:11 UTC · key FRUVFRUV… · ● ledger entry 1042

  ········································
  not signed yet: security admin or CISO`,
    );
  });

  it("stacks labels over values where the terminal is narrow", async () => {
    const lines = renderText(await example("revoke-device"), [EMPTY], 30);
    expect(lines.slice(0, 13)).toEqual([
      "Sam Ito revokes the device",
      "“Olivia's laptop”",
      "",
      "Nothing more can be opened on",
      "this device.",
      "This takes effect once",
      "everybody who must has signed,",
      "and cannot be undone.",
      "",
      "  Why",
      "    Laptop lost on the train.",
      "  Device",
      "    Olivia's laptop",
    ]);
  });

  it("sets the decided statement off with a rule, with its own words", async () => {
    const lines = renderText(await example("approve"), [], 80);
    expect(lines).toContain(
      "│ Olivia Hart asks to use payments/prod/postgres/app-password for 1 hour",
    );
    expect(lines).toContain("│   Words  recall sad despair bar");
    expect(lines.filter((line) => line.startsWith("  Words"))).toHaveLength(1);
  });

  it("says of what did not open that it could not be shown", async () => {
    const text = renderText(await example("request-unopened"), [], 200).join("\n");
    expect(text).toMatch(/ {2}Why +\(could not be shown\) [A-Za-z0-9_-]{43}\n/);
    expect(text).toMatch(/ {2}Signer +\(could not be shown\) p-/);
  });

  it("keeps within any width, loses no character, and holds nothing that a terminal obeys", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryOpenable(),
        fc.array(aLine, { maxLength: 3 }),
        fc.integer({ min: 1, max: 200 }),
        fc.boolean(),
        async (make, signatures, width, opens) => {
          const { bytes, openings } = await make();
          const opened = await openStatement(bytes, opens ? openings : NO_OPENINGS);
          if (!opened.ok) throw new Error(opened.error.message);
          const card = render(opened.value);
          const lines = renderText(card, signatures, width);
          expect(lines.filter((line) => cellsOf(line) > Math.max(24, width))).toEqual([]);
          const withoutIsolates = lines.map((line) => line.replace(/[\u2068\u2069]/g, ""));
          const obeyed = /[\p{Cc}\p{Cs}\p{Co}\p{Bidi_Control}]/u;
          expect(withoutIsolates.filter((line) => obeyed.test(line))).toEqual([]);
          const squeezed = lines.join("").replace(/[\s│\u2068\u2069]/g, "");
          const whole = (text: string) => text.replace(/[\s│\u2068\u2069]/g, "");
          for (const { label, value, face } of [...card.fields, ...(card.about?.fields ?? [])]) {
            if (face !== "time") expect(squeezed).toContain(whole(value));
            expect(squeezed).toContain(whole(label));
          }
          for (const sentence of [card.title, ...card.sentences])
            expect(squeezed).toContain(whole(sentence));
          expect(squeezed).toContain(whole(card.words.join("")));
          expect(squeezed).toContain(card.digest);
        },
      ),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it("no text of several lines can pass for a field or a signature", async () => {
    const card = await example("request");
    const fields = card.fields.map((it) =>
      it.label === "Why" ? { ...it, value: "x\nTenant  other\n  Sam Ito\n────────" } : it,
    );
    for (const width of [30, 80]) {
      const lines = renderText({ ...card, fields }, [], width);
      expect(lines.filter((line) => /^ {0,3}(?:Tenant {2}other|Sam Ito|─)/.test(line))).toEqual([]);
    }
  });
});

describe("signature lines", () => {
  it("are dotted while empty and drawn when signed", () => {
    expect(renderSignatureLines([EMPTY], 60)[0]).toBe(`  ${"·".repeat(40)}`);
    expect(renderSignatureLines([SIGNED], 60)[1]).toBe(`  ${"─".repeat(40)}`);
    expect(renderSignatureLines([], 60)).toEqual([]);
  });

  it("show a name that nobody judged without what a terminal would obey, and on one line", () => {
    const evil = "Sam\u001b[2K\u001b[1A\rPriya\u202e\nx";
    const lines = renderSignatureLines(
      [{ ...SIGNED, signed: SIGNED.signed && { ...SIGNED.signed, name: evil } }],
      80,
    );
    expect(lines[0]).toBe("  Sam\ufffd[2K\ufffd[1A\ufffdPriya\ufffd\ufffdx");
    expect(lines).toHaveLength(3);
  });
});

describe("wrapping", () => {
  it("breaks between words, after slashes, and anywhere only where nothing else helps", () => {
    expect(wrap("one two three", 8)).toEqual(["one two", "three"]);
    expect(wrap("secret://payments/prod/postgres/app", 20)).toEqual([
      "secret://payments/",
      "prod/postgres/app",
    ]);
    expect(wrap("abcdefghij", 4)).toEqual(["abcd", "efgh", "ij"]);
    expect(wrap("a\n\nb", 10)).toEqual(["a", "", "b"]);
    expect(wrap("", 10)).toEqual([""]);
  });

  it("counts two cells for East Asian wide characters and emoji, none for marks", () => {
    expect(cellsOf("abc")).toBe(3);
    expect(cellsOf("田中 一郎")).toBe(9);
    expect(cellsOf("e\u0301")).toBe(1);
    expect(cellsOf("😀")).toBe(2);
    expect(wrap("田中一郎", 5)).toEqual(["田中", "一郎"]);
  });

  it("closes an isolate at the end of a line and opens it again on the next", () => {
    expect(wrap("\u2068aa bb\u2069 cc", 3)).toEqual(["\u2068aa\u2069", "\u2068bb\u2069", "cc"]);
  });
});
