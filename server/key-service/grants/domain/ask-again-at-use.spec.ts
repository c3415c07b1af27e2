import { describe, expect, it } from "vitest";
import { digestOfNow } from "../../../kernel/digest.ts";
import type { DomainEvent } from "../../decisions/domain/event.ts";
import { policyBody, putBody } from "../../decisions/testing/act-bodies.ts";
import { type Asked, asked, granted, opening, POLICY } from "../../decisions/testing/asked.ts";
import { assigned, codeOf } from "../../decisions/testing/decision-cast.ts";
import { ACME, PII_POLICY } from "../../decisions/testing/decision-world.ts";

const code = (it: Asked, changes: Parameters<typeof opening>[1] = {}) =>
  codeOf(it.world.open(opening(it, changes)));

/** The newest key of a person, as an event takes it. */
const keyOf = ({ world, cast }: Asked, name: keyof Asked["cast"]) =>
  world.keysOf(cast[name]).at(-1)?.credential ?? expect.fail();
const tenant = ACME;

/** Whatever takes the ground from under a running grant, and how its next use is then refused. */
const TAKEN_AWAY: Record<string, readonly [(it: Asked) => readonly DomainEvent[], string]> = {
  "the grant is revoked": [
    ({ request }) => [{ type: "GrantRevoked", tenant, request }],
    "grant-revoked",
  ],
  "the device is revoked": [
    ({ laptop }) => [{ type: "DeviceRevoked", tenant, device: laptop }],
    "device-inactive",
  ],
  "the person is revoked": [
    ({ cast }) => [{ type: "PersonRevoked", tenant, person: cast.olivia.person }],
    "not-allowed",
  ],
  "the key that asked is revoked": [
    (it) => [{ type: "KeyRevoked", tenant, credential: keyOf(it, "olivia") }],
    "grant-revoked",
  ],
  "the key that asked is locked": [
    (it) => [{ type: "KeyLocked", tenant, credential: keyOf(it, "olivia") }],
    "grant-revoked",
  ],
  "a key that approved is revoked": [
    (it) => [{ type: "KeyRevoked", tenant, credential: keyOf(it, "sam") }],
    "grant-revoked",
  ],
  "a key that approved is locked": [
    (it) => [{ type: "KeyLocked", tenant, credential: keyOf(it, "priya") }],
    "grant-revoked",
  ],
  "an approver is revoked": [
    ({ cast }) => [{ type: "PersonRevoked", tenant, person: cast.sam.person }],
    "grant-revoked",
  ],
  "an approver loses the role": [
    ({ cast }) => [
      {
        type: "RolesChanged",
        tenant,
        person: cast.sam.person,
        roles: [assigned("auditor")],
        sponsors: [],
      },
    ],
    "grant-revoked",
  ],
  "the requester loses the role": [
    ({ cast }) => [
      { type: "RolesChanged", tenant, person: cast.olivia.person, roles: [], sponsors: [] },
    ],
    "not-found",
  ],
  "the secret is revoked": [
    ({ secret }) => [{ type: "SecretRevoked", tenant, secret }],
    "secret-revoked",
  ],
};

describe("what is asked again at every use", () => {
  it.each(Object.entries(TAKEN_AWAY))("JIT-1 L19 L31 L42 closes when %s", (_, [take, expected]) => {
    const it = granted({ maxUses: 5 });
    const call = opening(it);
    expect(codeOf(it.world.open(call))).toBe("ok");
    it.world.given(...take(it));
    expect(code(it, { use: 2 })).toBe(expected);
    expect(codeOf(it.world.open(call))).toBe(expected); // and no retry either
  });

  it("L31 goes on where somebody who did not sign is revoked", () => {
    const it = granted();
    it.world.given({ type: "PersonRevoked", tenant, person: it.cast.theo.person });
    it.world.given({ type: "KeyRevoked", tenant, credential: keyOf(it, "cass") });
    expect(code(it)).toBe("ok");
  });

  it("L31 closes after a new value, an edit and a re-classification: another thing was approved", () => {
    const put = granted();
    put.world.act("put-value", putBody(put.world, put.secret), put.cast.olivia, "service-owner");
    expect(code(put)).toBe("secret-changed");

    const edited = granted();
    const edit = policyBody(edited.world, edited.secret, { rotationPeriodDays: 20 });
    expect(codeOf(edited.world.act("edit-secret", edit, edited.cast.olivia, "service-owner"))).toBe(
      "ok",
    );
    expect(code(edited)).toBe("secret-changed");

    const reclassified = granted();
    const { world, cast, secret } = reclassified;
    const body = policyBody(world, secret, { dataClassification: "internal" });
    const { digest } = world.act("reclassify-secret", body, cast.olivia, "service-owner");
    for (const approver of [cast.sam, cast.priya])
      world.approve(digest, approver, "security-admin");
    expect(world.state.tenants.get(ACME)?.secrets.get(secret)?.policy.dataClassification).toBe(
      "internal",
    );
    expect(code(reclassified)).toBe("secret-changed");
  });

  it("JIT-2 L31 closes where the rules became stricter than the signatures at hand", () => {
    const it = asked(POLICY.medium);
    it.world.approve(it.proposal, it.cast.theo, "service-admin");
    for (const policy of [PII_POLICY, POLICY.medium]) {
      const policyDigest = digestOfNow("policy", policy);
      it.world.given({ type: "PolicyChanged", tenant, secret: it.secret, policy, policyDigest });
    }
    expect(code(it)).toBe("grant-revoked");
  });

  it("META-1 META-2 asks the metadata gate and the value's end again", () => {
    const ended = granted({ maxUses: 5 });
    expect(code(ended)).toBe("ok");
    const known = ended.world.state.tenants.get(ACME)?.secrets.get(ended.secret) ?? expect.fail();
    const aged = known.current ?? expect.fail();
    known.current = { ...aged, addedAt: ended.world.in(-30 * 86_400) };
    expect(code(ended, { use: 2 })).toBe("value-expired");
    // A rule that tightens after the approval: the same metadata is not whole any more.
    known.current = aged;
    known.policy = { ...known.policy, rotationPeriodDays: 31 };
    expect(code(ended, { use: 2 })).toBe("metadata-incomplete");
  });
});
