import { describe, expect, it, vi } from "vitest";
import { STATEMENT_KINDS } from "../testing/arbitrary-statement.ts";
import { changeAt, fieldOf, type Leaf, leavesOf } from "../testing/leaves.ts";
import { oneOf, rendered, visible } from "../testing/rendered.ts";
import { encodeStatement, statement } from "./statement.ts";

// Every field of every kind, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

/**
 * Fields of bodies that a rendering does not show. Each is a digest of things that are shown, made by the
 * key service and compared by it; a person could compare it with nothing.
 */
const NOT_SHOWN = new Map([
  [
    "register-secret body.identity",
    "digest of tenant, secret id, name, environment and version, all shown",
  ],
  [
    "put-value body.identity",
    "digest of tenant, secret id, name, environment and version, all shown",
  ],
]);

/** Fields that cannot change alone: the schema ties them to another field, or they choose the shape of their object. */
const TIED = new Set([
  "body.environment",
  "body.secret.environment",
  "body.secrets.*.environment",
  "body.subject.secret.environment",
  "body.value.source",
  "body.authority.by",
  "body.subject.type",
]);

describe("everything that matters is shown", () => {
  it.each(STATEMENT_KINDS)(
    "changing any field of the body of %s changes what people see",
    async (kind) => {
      const changed = new Set<string>();
      const present = new Set<string>();
      for (let seed = 1; seed <= 25; seed++) {
        const { bytes, openings, statement: made } = await oneOf(kind, seed);
        const before = visible(await rendered(bytes, openings));
        for (const leaf of leavesOf(made.body, ["body"])) {
          const field = fieldOf(leaf.path);
          if (TIED.has(field)) continue;
          present.add(field);
          for (const other of othersFor(leaf)) {
            const read = statement.safeParse(changeAt(made, leaf.path, () => other));
            if (!read.success) continue;
            changed.add(field);
            const after = visible(await rendered(encodeStatement(read.data), openings));
            const hidden = NOT_SHOWN.has(`${kind} ${field}`);
            expect(
              after === before,
              `${field}: ${String(leaf.value)} -> ${JSON.stringify(other)}`,
            ).toBe(hidden);
          }
        }
      }
      // Every field was there and could be changed at least once; empty lists gain a member below.
      expect([...present].filter((field) => !changed.has(field) && !isEmptyList(field))).toEqual(
        [],
      );
    },
  );

  const isEmptyList = (field: string) => /^body\.(?:before|after|bindings)$/.test(field);

  /** Other values for one field, near and far: enumerations, numbers, times, ids, names and texts. */
  function othersFor({ value }: Leaf): unknown[] {
    if (typeof value === "boolean") return [!value];
    if (typeof value === "number")
      return [value + 1, value - 1, -7, -8, -257, 0].filter((it) => it !== value);
    if (value === null) {
      const envelope = "A".repeat(43);
      return ["payments-team", 30, envelope, { source: "generated", envelope }];
    }
    if (typeof value !== "string") return [];
    const flip = (at: number) => {
      const char = value.charAt(at) === "1" ? "2" : "1";
      return value.slice(0, at) + char + value.slice(at + 1);
    };
    const words = [
      null,
      "prod",
      "api-key",
      "encryption-key",
      "vpn-credential",
      "database-user",
      "officer",
      "auditor",
      "end-to-end",
      "gateway-vouched",
      "none",
      "self",
      "2031-05-06T07:08:09Z",
    ];
    return [flip(2), flip(0), flip(value.length - 2), `${value}0`, ...words].filter(
      (it) => it !== value,
    );
  }

  it("a workload added to a registration, and a role added to a person, are seen", async () => {
    for (const [kind, list, member] of [
      [
        "register-secret",
        "bindings",
        {
          binding: "b-00000000000000000000000000",
          workload: "spiffe://a/b",
          proof: "end-to-end",
          expiresAt: "2031-05-06T07:08:09Z",
        },
      ],
      ["change-role", "after", { role: "on-call", service: null }],
      ["change-role", "before", { role: "on-call", service: null }],
    ] as const) {
      const { bytes, openings, statement: made } = await oneOf(kind, 3);
      const before = visible(await rendered(bytes, openings));
      const more = statement.parse(
        changeAt(made, ["body", list], (members) => [
          ...(Array.isArray(members) ? members : []),
          member,
        ]),
      );
      expect(visible(await rendered(encodeStatement(more), openings))).not.toBe(before);
    }
  });

  it("who signs, in which role, where, and until when are shown", async () => {
    const { bytes, openings, statement: made } = await oneOf("request", 5);
    const before = visible(await rendered(bytes, openings));
    for (const [path, other] of [
      [["tenant"], "globex"],
      [["signer", "person"], `p-${"7".repeat(26)}`],
      [["signer", "name"], "A".repeat(43)],
      [["signer", "role"], made.signer.role === "auditor" ? "ciso" : "auditor"],
      [["signBy"], "2031-05-06T07:08:09Z"],
      [["kind"], "deny"],
    ] as const) {
      const read = statement.safeParse(changeAt(made, path, () => other));
      if (!read.success) {
        expect(path).toEqual(["kind"]);
        continue;
      }
      expect(
        visible(await rendered(encodeStatement(read.data), openings)),
        path.join("."),
      ).not.toBe(before);
    }
  });

  it("a decision that cannot show what it decides says so first", async () => {
    const { bytes, openings } = await oneOf("approve", 6);
    const card = await rendered(bytes, { ...openings, statements: {} });
    expect(card.about).toBeNull();
    expect(card.sentences[0]).toBe("What this is about could not be shown. Do not sign it.");
    expect(card.fields).toContainEqual(
      expect.objectContaining({ label: "About", face: "unopened" }),
    );
  });

  it("no metadata can look like missing metadata", async () => {
    const base = await oneOf("register-secret", 8);
    const shows = async (owner: string | null) => {
      const made = statement.parse(
        changeAt(base.statement, ["body", "policy", "owner"], () => owner),
      );
      const card = await rendered(encodeStatement(made), base.openings);
      return card.fields.find((it) => it.label === "Owner")?.value;
    };
    const seen = await Promise.all([null, "", "missing", "not-given", "none", "null"].map(shows));
    expect(new Set(seen).size).toBe(seen.length);
  });
});
