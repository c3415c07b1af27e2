import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
} from "@peculiar/x509";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  createAuthority,
  type Issued,
  issueServer,
  issueSvid,
  svidExtensions,
} from "../../../scripts/lib/development-ca.mjs";
import { readSvid, type SvidRules } from "./svid.ts";

const ID = "spiffe://example.org/acme/prod/payments/api";
const DAY = 86_400;

let authority: Issued;
beforeAll(async () => {
  authority = await createAuthority("example.org");
});

const rules = (changes: Partial<SvidRules> = {}): SvidRules => ({
  trustDomain: "example.org",
  maxLifetimeSeconds: DAY,
  nowMs: Date.now(),
  ...changes,
});
const derOf = (issued: Issued) => Buffer.from(issued.certificate.rawData);
const outcome = (issued: Issued, changes: Partial<SvidRules> = {}) => {
  const read = readSvid(derOf(issued), rules(changes));
  return read.ok ? read.value.workload : read.error;
};
/** An SVID with one extension replaced, added or left out. */
const altered = (change: (of: Extension[]) => Extension[], id = ID) =>
  issueSvid(authority, id, { extensions: change(svidExtensions(id)) });
const without = (type: string) => (of: Extension[]) => of.filter((it) => it.type !== type);
const names = (...values: { type: "url" | "dns" | "email"; value: string }[]) => [
  ...without("2.5.29.17")(svidExtensions(ID)),
  new SubjectAlternativeNameExtension(values),
];
const url = (value: string) => ({ type: "url", value }) as const;

describe("an SVID", () => {
  it("DEL-1 names its workload and when it ends", async () => {
    const issued = await issueSvid(authority, ID, { seconds: 3600 });
    const read = readSvid(derOf(issued), rules());
    expect(read).toEqual({
      ok: true,
      value: { workload: ID, expiresAtMs: issued.certificate.notAfter.getTime() },
    });
  });

  it("DEL-1 may carry DNS names beside its one URI", async () => {
    const it = await altered(() => names(url(ID), { type: "dns", value: "payments.local" }));
    expect(outcome(it)).toBe(ID);
  });

  it("L17 every kind of certificate that is no workload's is told apart, and refused", async () => {
    const table: [string, Issued, Partial<SvidRules>?][] = [
      ["not-for-clients", await issueServer(authority, ["gateway.example.org"], 1)],
      ["no-uri", await altered(without("2.5.29.17"))],
      ["no-uri", await altered(() => names({ type: "dns", value: ID }))],
      ["no-uri", await altered(() => names({ type: "email", value: "a@b.c" }))],
      ["several-uris", await altered(() => names(url(ID), url(ID)))],
      ["several-uris", await altered(() => names(url("spiffe://example.org/x"), url(ID)))],
      ["not-a-spiffe-id", await altered(() => names(url("https://example.org/acme")))],
      ["not-a-spiffe-id", await altered(() => names(url(`${ID}?x=1`)))],
      ["not-a-spiffe-id", await altered(() => names(url(`${ID}/../worker`)))],
      [
        "not-a-spiffe-id",
        await altered(() => names(url("spiffe://Example.org/acme/prod/payments"))),
      ],
      ["not-a-spiffe-id", await altered(() => names(url("spiffe://example.org")))],
      ["not-a-spiffe-id", await altered(() => names(url(`${ID}, URI:spiffe://example.org/evil`)))],
      ["not-a-spiffe-id", await altered(() => names(url(`${ID}\0/x`)))],
      [
        "not-a-spiffe-id",
        await altered(() => names(url(`spiffe://example.org/${"a".repeat(600)}`))),
      ],
      ["other-trust-domain", await issueSvid(authority, "spiffe://evil.org/acme/prod/payments")],
      ["other-trust-domain", await issueSvid(authority, "spiffe://example.org.evil/acme/prod/p")],
      ["is-a-ca", await createAuthority("example.org")],
      [
        "is-a-ca",
        await altered((of) => [
          ...without("2.5.29.19")(of),
          new BasicConstraintsExtension(true, undefined, true),
        ]),
      ],
      ["key-may-not-sign", await altered(without("2.5.29.15"))],
      [
        "key-may-not-sign",
        await altered((of) => [
          ...without("2.5.29.15")(of),
          new KeyUsagesExtension(KeyUsageFlags.keyEncipherment, true),
        ]),
      ],
      [
        "key-may-certify",
        await altered((of) => [
          ...without("2.5.29.15")(of),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign, true),
        ]),
      ],
      [
        "not-for-clients",
        await altered((of) => [
          ...without("2.5.29.37")(of),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        ]),
      ],
      [
        "extension-twice",
        await altered((of) => [...of, new SubjectAlternativeNameExtension([url(ID)])]),
      ],
      ["lives-too-long", await issueSvid(authority, ID, { seconds: DAY + 1 })],
      ["not-valid-now", await issueSvid(authority, ID, { startsIn: 60 })],
      ["not-valid-now", await issueSvid(authority, ID, { startsIn: -100, seconds: 50 })],
      [
        "not-der",
        await altered((of) => [
          ...without("2.5.29.15")(of),
          new Extension("2.5.29.15", true, Buffer.from([1])),
        ]),
      ],
    ];
    for (const [expected, issued] of table) expect(outcome(issued)).toBe(expected);
    expect(outcome(await issueSvid(authority, ID, { seconds: DAY }))).toBe(ID);
  });

  it("L17 is valid up to its last second and not at it", async () => {
    const issued = await issueSvid(authority, ID);
    const end = issued.certificate.notAfter.getTime();
    expect(outcome(issued, { nowMs: end - 1 })).toBe(ID);
    expect(outcome(issued, { nowMs: end })).toBe("not-valid-now");
  });

  it("L17 3,000 damaged certificates never throw, and yield no identity of another trust domain", async () => {
    const der = derOf(await issueSvid(authority, ID));
    const damage = fc.record({
      at: fc.nat(der.length - 1),
      to: fc.nat(255),
      cut: fc.option(fc.nat(der.length), { freq: 6 }),
      insert: fc.uint8Array({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(damage, ({ at, to, cut, insert }) => {
        const bytes = Buffer.concat([der.subarray(0, at), insert, der.subarray(at)]);
        bytes[at + insert.length] = to;
        const read = readSvid(cut === null ? bytes : bytes.subarray(0, cut), rules());
        if (read.ok) expect(placeOf(read.value.workload)).toBe("example.org");
      }),
      { numRuns: 3_000 },
    );
  });

  it("L17 agrees with Node's own reading on what it accepts", async () => {
    const issued = await issueSvid(authority, ID);
    expect(new X509Certificate(derOf(issued)).subjectAltName).toBe(`URI:${ID}`);
  });
});

/** The trust domain of a well-formed identity. */
function placeOf(workload: string): string | undefined {
  return /^spiffe:\/\/([a-z0-9._-]+)(\/[a-zA-Z0-9._-]+)+$/.exec(workload)?.[1];
}
