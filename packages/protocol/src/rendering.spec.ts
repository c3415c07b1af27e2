import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  arbitraryOpenable,
  arbitraryStatement,
  STATEMENT_KINDS,
} from "../testing/arbitrary-statement.ts";
import { changeAt, leavesOf } from "../testing/leaves.ts";
import { oneOf, rendered, visible } from "../testing/rendered.ts";
import { toBase64url } from "./bytes.ts";
import { commit } from "./commitment.ts";
import { commitment, salt } from "./ids.ts";
import { NO_OPENINGS, type Openings } from "./openings.ts";
import type { RenderedField, Rendering } from "./rendering-shape.ts";
import { encodeStatement, type Statement, statement } from "./statement.ts";
import { OPENED_TEXT, TEXT_LABELS, type TextLabel } from "./text.ts";

// Properties over many statements or code points, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const fieldsOf = (of: Rendering): readonly RenderedField[] => [
  ...of.fields,
  ...(of.about === null ? [] : fieldsOf(of.about)),
];

describe("a rendering", () => {
  it("has a title, sentences, fields and words for every kind, opened or not", async () => {
    for (const kind of STATEMENT_KINDS) {
      await fc.assert(
        fc.asyncProperty(arbitraryOpenable(kind), fc.boolean(), async (make, opens) => {
          const { bytes, digest, openings } = await make();
          const card = await rendered(bytes, opens ? openings : NO_OPENINGS);
          expect(card.digest).toBe(digest);
          expect(card.words).toHaveLength(4);
          expect(card.title).not.toContain("\n");
          expect(card.sentences.length).toBeGreaterThan(0);
          for (const sentence of card.sentences) expect(sentence).toMatch(/^[^\n]+\.$/);
          for (const { label, value } of card.fields) {
            expect(label).toMatch(/^[A-Z][A-Za-z ()]+$/);
            expect(value).not.toBe("");
          }
          expect(visible(card)).not.toMatch(/undefined|\bnull\b(?!})|\bNaN\b|\[object/);
        }),
        { numRuns: 8, endOnFailure: true },
      );
    }
  });

  it("is pure: the same bytes and openings give the same words", async () => {
    const { bytes, openings } = await oneOf("approve", 4);
    expect(await rendered(bytes, openings)).toEqual(
      await rendered(bytes, structuredClone(openings)),
    );
  });

  it("shows the true texts where they open, and marks as unopened what does not", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryOpenable("request"), async (make) => {
        const { bytes, openings, statement: made } = await make();
        if (made.kind !== "request") throw new Error("the kind that was asked for");
        const text = (target: string) =>
          Object.entries(openings.texts).find(([key]) => key === target)?.[1].value;
        const card = await rendered(bytes, openings);
        expect(card.fields).toContainEqual({
          label: "Why",
          value: text(made.body.justification),
          face: "text",
        });
        expect(card.fields).toContainEqual({
          label: "Ticket",
          value: text(made.body.ticket),
          face: "text",
        });
        expect(card.fields).toContainEqual({
          label: "Signer",
          value: text(made.signer.name),
          face: "text",
        });
        expect(fieldsOf(card).filter((it) => it.face === "unopened")).toEqual([]);

        const closed = await rendered(bytes, NO_OPENINGS);
        expect(closed.fields).toContainEqual({
          label: "Why",
          value: made.body.justification,
          face: "unopened",
        });
        expect(closed.fields).toContainEqual({
          label: "Signer",
          value: made.signer.person,
          face: "unopened",
        });
        expect(closed.fields).toContainEqual({
          label: "Device",
          value: made.body.recipient.label,
          face: "unopened",
        });
        expect(
          closed.fields.filter((it) => it.label === "Metadata" && it.face === "unopened"),
        ).toHaveLength(made.body.secrets.length);
        expect(closed.title).toContain(made.signer.person);
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });
});

describe("hostile openings", () => {
  const CANARY = "canaryzqx";
  const SALT = salt.parse("A".repeat(43));

  /** Statements that nobody committed to, full of the canary, under digests that the statement names. */
  async function hostileFor(made: Statement, honest: Openings): Promise<Openings[]> {
    const names = [
      ...new Set(
        leavesOf(made).flatMap(({ value }) => {
          const key = commitment.safeParse(value);
          return key.success ? [key.data] : [];
        }),
      ),
    ];
    const inner = await canaryStatement();
    const policy = {
      owner: CANARY,
      service: CANARY,
      dataClassification: CANARY,
      tier: CANARY,
      rotationPeriodDays: 1,
    };
    const under = <T>(value: T) => Object.fromEntries(names.map((key) => [key, value]));
    const texts = (label: TextLabel) => under({ label, salt: SALT, value: CANARY });
    return [
      ...TEXT_LABELS.map((label) => ({
        texts: texts(label),
        policies: under(policy),
        statements: under(inner),
      })),
      // True salts and labels, other texts; and true openings handed out under other keys.
      {
        ...NO_OPENINGS,
        texts: Object.fromEntries(
          Object.entries(honest.texts).map(([key, it]) => [key, { ...it, value: CANARY }]),
        ),
      },
      {
        ...NO_OPENINGS,
        texts: rotated(honest.texts),
        policies: rotated({ ...honest.policies, [names[0] ?? ""]: policy }),
        statements: rotated({ ...honest.statements, [names[0] ?? ""]: inner }),
      },
    ];
  }

  it("never make a rendering show a text that the statement does not commit to", async () => {
    for (const kind of STATEMENT_KINDS) {
      await fc.assert(
        fc.asyncProperty(arbitraryOpenable(kind), async (make) => {
          const { bytes, openings, statement: made } = await make();
          const closed = await rendered(bytes, NO_OPENINGS);
          const honest = await rendered(bytes, openings);
          for (const hostile of await hostileFor(made, openings)) {
            // Alone, they change nothing at all.
            expect(await rendered(bytes, hostile)).toEqual(closed);
            // Beside true openings, which they cannot displace, they change nothing either.
            const both: Openings = {
              texts: { ...hostile.texts, ...openings.texts },
              policies: { ...hostile.policies, ...openings.policies },
              statements: { ...hostile.statements, ...openings.statements },
            };
            expect(await rendered(bytes, both)).toEqual(honest);
            // In place of true openings, they turn names into ids: no word of theirs appears, in the title or anywhere.
            const instead: Openings = {
              texts: { ...openings.texts, ...hostile.texts },
              policies: { ...openings.policies, ...hostile.policies },
              statements: { ...openings.statements, ...hostile.statements },
            };
            expect(JSON.stringify(await rendered(bytes, instead))).not.toContain(CANARY);
          }
        }),
        { numRuns: 4, endOnFailure: true },
      );
    }
  });

  it("inside the decided statement's own openings change nothing either", async () => {
    const { bytes, openings } = await oneOf("approve", 11);
    const honest = await rendered(bytes, openings);
    const inner = await canaryStatement();
    const noise: Openings = {
      texts: {
        ...openings.texts,
        [await commit("person-name", CANARY, SALT)]: {
          label: "person-name",
          salt: SALT,
          value: CANARY,
        },
      },
      policies: openings.policies,
      statements: { ...openings.statements, ["A".repeat(43)]: inner },
    };
    expect(await rendered(bytes, noise)).toEqual(honest);
  });

  it("the canary does show where the statement truly commits to it: the tests above can fail", async () => {
    const [made] = fc.sample(arbitraryStatement("deny"), { seed: 2, numRuns: 1 });
    const name = await commit("person-name", CANARY, SALT);
    const bytes = encodeStatement(statement.parse(changeAt(made, ["signer", "name"], () => name)));
    const card = await rendered(bytes, {
      ...NO_OPENINGS,
      texts: { [name]: { label: "person-name", salt: SALT, value: CANARY } },
    });
    expect(card.title).toMatch(new RegExp(`^${CANARY} refuses`));
  });

  async function canaryStatement(): Promise<string> {
    const [request] = fc.sample(arbitraryStatement("bind-workload"), { seed: 3, numRuns: 1 });
    const named = changeAt(request, ["body", "binding", "workload"], () => `spiffe://${CANARY}/x`);
    return toBase64url(encodeStatement(statement.parse(named)));
  }

  function rotated<T>(of: Record<string, T>): Record<string, T> {
    const keys = Object.keys(of);
    const values = Object.values(of);
    return Object.fromEntries(
      [...keys.slice(1), ...keys.slice(0, 1)].flatMap((key, i) => {
        const value = values[i];
        return value === undefined || keys.length < 2 ? [] : [[key, value]];
      }),
    );
  }
});

describe("texts in sentences", () => {
  const SALT = salt.parse("A".repeat(43));
  async function titleWithName(name: string): Promise<string> {
    const [made] = fc.sample(arbitraryStatement("revoke"), { seed: 21, numRuns: 1 });
    const target = await commit("person-name", name, SALT);
    const bytes = encodeStatement(
      statement.parse(changeAt(made, ["signer", "name"], () => target)),
    );
    return (
      await rendered(bytes, {
        ...NO_OPENINGS,
        texts: { [target]: { label: "person-name", salt: SALT, value: name } },
      })
    ).title;
  }

  it("L6 that run from right to left are isolated, so that they cannot reorder the words around them", async () => {
    expect(await titleWithName("נועה לוי")).toMatch(/^\u2068נועה לוי\u2069 revokes/);
    expect(await titleWithName("نور حداد")).toMatch(/^\u2068نور حداد\u2069 revokes/);
    expect(await titleWithName("Olivia Hart")).toMatch(/^Olivia Hart revokes/);
  });

  it("L6 every letter that Unicode reads from right to left is isolated", async () => {
    // Scripts that Unicode 17 writes from right to left; the engine's own table decides what belongs to them.
    const script =
      /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Mandaic}\p{Script=Cypriot}\p{Script=Phoenician}\p{Script=Old_South_Arabian}\p{Script=Hanifi_Rohingya}\p{Script=Adlam}\p{Script=Mende_Kikakui}\p{Script=Old_Hungarian}]/u;
    const sample: string[] = [];
    for (let point = 0; point <= 0x1ffff; point += 1) {
      const char = String.fromCodePoint(point);
      const fit =
        script.test(char) &&
        /\p{L}/u.test(char) &&
        OPENED_TEXT["person-name"].safeParse(char).success;
      if (fit && point % 23 === 0) sample.push(char);
    }
    expect(sample.length).toBeGreaterThan(30);
    for (const char of sample) expect(await titleWithName(char)).toContain(`\u2068${char}\u2069`);
  });

  it("the label of a device stands between quotation marks that it cannot hold itself", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryOpenable("enrol-device"), async (make) => {
        const { bytes, openings } = await make();
        const { title } = await rendered(bytes, openings);
        expect(title.match(/[“”]/g)).toEqual(["“", "”"]);
        expect(title).toMatch(/”$/);
      }),
    );
  });
});
