import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { arbitraryStatement, STATEMENT_KINDS } from "../testing/arbitrary-statement.ts";
import { aPersonId } from "../testing/arbitrary-values.ts";
import { changeAt, fieldOf, leavesOf, objectsOf } from "../testing/leaves.ts";
import { utf8 } from "./bytes.ts";
import { canonicalise } from "./canonical.ts";
import { digest } from "./ids.ts";
import {
  encodeStatement,
  MAX_SECRETS_PER_REQUEST,
  parseStatement,
  STATEMENT_BODIES,
  type Statement,
  statement,
  statementDigest,
} from "./statement.ts";

// Properties over many statements or code points, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const parseJson = (value: unknown) => parseStatement(utf8(canonicalise(value)));

/** What somebody might put in place of a field's value: near, far, and of other types. */
function replacementsFor(value: unknown): unknown[] {
  const others: unknown[] = [null, 0, "", true, [], {}, "0", -1];
  if (typeof value === "string") {
    const first = value.charAt(0);
    others.push(
      `${value} `,
      `${value}0`,
      value.slice(1),
      value.toUpperCase(),
      (first === "A" ? "B" : "A") + value.slice(1),
      (first === "a" ? "b" : "a") + value.slice(1),
      value.replace(/[1-8]/, (figure) => String(Number(figure) + 1)),
      value.replace("a", "а"),
      [value],
    );
  }
  if (typeof value === "number") others.push(value + 1, value - 1, String(value));
  if (typeof value === "boolean") others.push(!value, value ? 1 : 0, String(value));
  return others.filter((other) => canonicalise(other) !== canonicalise(value));
}

describe.each(STATEMENT_KINDS)("the kind %s", (kind) => {
  it("is read back from its bytes as it was", () => {
    fc.assert(
      fc.property(arbitraryStatement(kind), (some) => {
        const read = parseStatement(encodeStatement(some));
        expect(read).toEqual({ ok: true, value: some });
      }),
    );
  });

  it("NAME-1 changes its digest, or is refused, whatever single field is changed", async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryStatement(kind), async (some) => {
        const before = await statementDigest(encodeStatement(some));
        for (const { path, value } of leavesOf(some)) {
          for (const other of replacementsFor(value)) {
            const read = parseJson(changeAt(some, path, () => other));
            if (!read.ok) continue;
            changed += 1;
            const after = await statementDigest(encodeStatement(read.value));
            expect(after, fieldOf(path)).not.toBe(before);
          }
        }
      }),
      { numRuns: 2, endOnFailure: true },
    );
    expect(changed).toBeGreaterThan(20);
  });

  it("is refused with an unknown field, anywhere", () => {
    fc.assert(
      fc.property(arbitraryStatement(kind), (some) => {
        for (const path of objectsOf(some)) {
          for (const name of ["extra", "Kind", "toString", "constructor", ""]) {
            const read = parseJson(changeAt(some, [...path, name], () => 1));
            expect(read.ok, `${fieldOf(path)}.${name}`).toBe(false);
          }
        }
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  it("is refused without any of its fields", () => {
    fc.assert(
      fc.property(arbitraryStatement(kind), (some) => {
        for (const path of objectsOf(some)) {
          const fields = Object.keys(Object(memberAt(some, path)));
          for (const field of fields) {
            const read = parseJson(changeAt(some, [...path, field], () => undefined));
            expect(read.ok, `${fieldOf(path)}.${field}`).toBe(false);
          }
        }
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  it("is refused in another version, and with the body of another kind", () => {
    fc.assert(
      fc.property(arbitraryStatement(kind), arbitraryStatement(), (some, other) => {
        for (const version of [0, 2, -1, "1", null]) {
          expect(parseJson({ ...some, version }).ok).toBe(false);
        }
        // Kinds with bodies of the same shape differ in their name, which is part of the digest.
        const swapped = parseJson({ ...some, body: other.body });
        if (swapped.ok)
          expect(Object.keys(other.body).sort()).toEqual(Object.keys(some.body).sort());
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });
});

describe("statements", () => {
  it("the generator covers every kind", () => {
    expect([...STATEMENT_KINDS].sort()).toEqual(Object.keys(STATEMENT_BODIES).sort());
  });

  it("of the same content but another kind have another digest", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryStatement("approve"), async (some) => {
        const approved = await statementDigest(encodeStatement(some));
        const withdrawn = statement.parse({ ...some, kind: "withdraw" });
        expect(await statementDigest(encodeStatement(withdrawn))).not.toBe(approved);
      }),
    );
  });

  const example = fc.sample(arbitraryStatement("request"), { seed: 7, numRuns: 1 })[0];
  if (example === undefined) throw new Error("the generator gives an example");

  it.each([
    ["an unknown kind", { ...example, kind: "wish" }],
    ["a kind in other case", { ...example, kind: "Request" }],
    ["a kind that every object inherits", { ...example, kind: "toString" }],
    ["no object", [example]],
    ["a text", "request"],
    ["nothing", {}],
  ])("L2 refuse %s", (_what, value) => {
    expect(parseJson(value)).toMatchObject({ ok: false, error: { code: "statement-malformed" } });
  });

  it("are taken in canonical form only", () => {
    const text = JSON.stringify(example);
    expect(text).not.toBe(canonicalise(example));
    for (const other of [text, ` ${canonicalise(example)}`, `${canonicalise(example)}\n`, "null"]) {
      expect(parseStatement(utf8(other))).toEqual({
        ok: false,
        error: { code: "statement-malformed", message: "the statement is not in canonical form" },
      });
    }
    const escaped = canonicalise(example).replace('"kind"', '"\\u006bind"');
    expect(parseStatement(utf8(escaped)).ok).toBe(false);
  });

  it("L6 larger than 16 KiB are refused, read and written", () => {
    const spiffe = `spiffe://a/${"b".repeat(500)}`;
    const base = fc.sample(arbitraryStatement("register-secret"), { seed: 1, numRuns: 1 })[0];
    if (base?.kind !== "register-secret")
      throw new Error("the generator gives the kind that was asked for");
    const bindingId = "b-00000000000000000000000000";
    const binding = {
      binding: bindingId,
      workload: spiffe,
      proof: "end-to-end",
      expiresAt: "2026-01-01T00:00:00Z",
    };
    const full = statement.parse({
      ...base,
      body: { ...base.body, bindings: Array(20).fill(binding) },
    });
    expect(encodeStatement(full).length).toBeLessThan(16_384);
    // No schema lets a statement grow past the bound; a program that goes round the schema is stopped too.
    const huge = {
      ...full,
      body: { ...full.body, bindings: Array(40).fill(binding) },
    } as Statement;
    expect(() => encodeStatement(huge)).toThrow("larger than 16 KiB");
    expect(parseStatement(utf8(canonicalise(huge)))).toMatchObject({
      error: { message: "the JSON is larger than 16384 bytes" },
    });
  });

  it("L6 too deep, damaged or hostile are refused as values, never by an exception", () => {
    const text = canonicalise(example);
    const bad = [
      "[".repeat(13) + "]".repeat(13),
      text.replace('"kind"', '"__proto__"'),
      text.slice(0, -1),
      `${text.slice(0, -1)},"kind":"request"}`,
      text.replace(/"maxUses":\d+/, '"maxUses":1e0'),
      text.replace(/"maxUses":\d+/, '"maxUses":-0'),
      "",
    ];
    for (const one of bad) expect(parseStatement(utf8(one)).ok).toBe(false);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(parseStatement(bytes).ok).toBe(false);
      }),
    );
  });

  it("L6 with one byte changed are refused or another statement", async () => {
    const bytes = encodeStatement(example);
    const before = await statementDigest(bytes);
    let others = 0;
    for (let i = 0; i < bytes.length; i++) {
      const changed = bytes.with(i, (bytes[i] ?? 0) ^ 1);
      const read = parseStatement(changed);
      if (!read.ok) continue;
      others += 1;
      expect(await statementDigest(encodeStatement(read.value))).not.toBe(before);
    }
    expect(others).toBeGreaterThan(20);
  });

  it("say where they are malformed, and repeat nothing of the input", () => {
    const read = (value: unknown) => {
      const result = parseJson(value);
      return result.ok ? "" : result.error.message;
    };
    expect(read({ ...example, "canary-9": 1 })).toBe("statement: has a field that is not known");
    expect(read({ ...example, tenant: "Canary" })).toMatch(/^tenant: tenant: a to z/);
    expect(read({ ...example, kind: "canary" })).not.toContain("canary");
    expect(read({ ...example, signer: { ...example.signer, role: "canary" } })).not.toContain(
      "canary",
    );
  });
});

describe("what a statement refuses because it would mislead", () => {
  const make = (kind: Statement["kind"]) => {
    const [made] = fc.sample(arbitraryStatement(kind), { seed: 3, numRuns: 1 });
    if (made === undefined) throw new Error("the generator gives an example");
    return made;
  };
  const request = make("request");

  it("an environment that is not the one in the secret's name", () => {
    for (const some of [make("put-value"), make("register-secret"), make("bind-workload")]) {
      const at = some.kind === "register-secret" ? ["body"] : ["body", "secret"];
      for (const environment of ["dev", "test", "staging", "prod"]) {
        const name = memberAt(some, [...at, "name"]);
        const read = parseJson(changeAt(some, [...at, "environment"], () => environment));
        expect(read.ok).toBe(String(name).split("/")[1] === environment);
      }
    }
  });

  it("a request that ends before it begins, or at once", () => {
    const until = (expiresAt: string) =>
      parseJson(
        changeAt(
          changeAt(request, ["body", "notBefore"], () => "2026-03-01T08:00:00Z"),
          ["body", "expiresAt"],
          () => expiresAt,
        ),
      ).ok;
    expect(until("2026-03-01T08:00:01Z")).toBe(true);
    expect(until("2026-03-01T08:00:00Z")).toBe(false);
    expect(until("2026-03-01T07:59:59Z")).toBe(false);
  });

  it("a request that names a secret twice, no secret, or more than 20", () => {
    const [first] = request.kind === "request" ? request.body.secrets : [];
    const withSecrets = (secrets: unknown[]) =>
      parseJson(changeAt(request, ["body", "secrets"], () => secrets)).ok;
    const ids = fc
      .sample(aPersonId, { seed: 5, numRuns: MAX_SECRETS_PER_REQUEST + 1 })
      .map((id) => ({ ...first, secret: `s${id.slice(1)}` }));
    expect(withSecrets([])).toBe(false);
    expect(withSecrets(ids.slice(0, 1))).toBe(true);
    expect(withSecrets([...ids.slice(0, 1), ...ids.slice(0, 1)])).toBe(false);
    expect(withSecrets(ids.slice(0, MAX_SECRETS_PER_REQUEST))).toBe(true);
    expect(withSecrets(ids)).toBe(false);
  });
});

describe("the digest of a statement", () => {
  it("is over the bytes themselves, and in the form that a digest has", async () => {
    const { createHash } = await import("node:crypto");
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const expected = createHash("sha256").update("countersign/statement/v1\n").update(bytes);
        const made = await statementDigest(bytes);
        expect(made).toBe(expected.digest("base64url"));
        expect(digest.safeParse(made).success).toBe(true);
      }),
    );
  });
});

function memberAt(value: unknown, path: readonly (string | number)[]): unknown {
  let found: unknown;
  changeAt(value, path, (member) => {
    found = member;
    return member;
  });
  return found;
}
