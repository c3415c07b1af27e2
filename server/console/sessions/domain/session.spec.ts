import { digest, personId } from "@countersign/protocol/ids";
import { addSeconds, instant } from "@countersign/protocol/instants";
import { tenantId } from "@countersign/protocol/names";
import { describe, expect, it } from "vitest";
import {
  IDLE_SECONDS,
  judgeSession,
  type SessionPerson,
  type SignedSession,
  type StartedSession,
} from "./session.ts";

const NOW = instant.parse("2026-03-01T08:00:00Z");
const SAM = personId.parse("p-040g2081040g2081040g208104");
const PRIYA = personId.parse("p-081040g2081040g2081040g208");
const started: StartedSession = {
  session: digest.parse("A".repeat(43)),
  tenant: tenantId.parse("acme"),
  person: SAM,
  link: "http://desk.localhost/d/x",
  returnTo: "/requests",
  signBy: addSeconds(NOW, 600),
  seenAt: addSeconds(NOW, -60),
  expiresAt: addSeconds(NOW, 3600),
};
const signed: SignedSession = {
  person: SAM,
  authenticatedAt: addSeconds(NOW, -300),
  openedAt: addSeconds(NOW, -200),
  expiresAt: addSeconds(NOW, 3600),
  status: "open",
};
const person: SessionPerson = {
  name: "Sam Okafor",
  status: "active",
  roles: [{ role: "security-admin", service: null }],
};
const out = (reason: string) => ({ state: "signed-out", reason });

describe("ID-1 a session of the console", () => {
  it("is live when the ledger has it as open, for the same person, who is active and not idle", () => {
    expect(judgeSession(started, signed, person, NOW)).toMatchObject({
      state: "open",
      caller: { person: SAM, name: "Sam Okafor", idleAt: addSeconds(NOW, IDLE_SECONDS - 60) },
    });
  });

  it("waits for a signature until the statement can no longer be signed", () => {
    expect(judgeSession(started, null, person, NOW)).toMatchObject({
      state: "waits-for-signature",
    });
    expect(judgeSession({ ...started, signBy: NOW }, null, person, NOW)).toEqual(out("none"));
  });

  const DEAD = {
    "there is no row": [null, signed, person, "none"],
    "the person is unknown": [started, signed, null, "revoked"],
    "the person was revoked": [started, signed, { ...person, status: "revoked" }, "revoked"],
    "the console's row is over": [{ ...started, expiresAt: NOW }, signed, person, "expired"],
    "the ledger's session is over": [started, { ...signed, expiresAt: NOW }, person, "expired"],
    "the ledger ended it": [started, { ...signed, status: "ended" }, person, "ended"],
    "the ledger has another person's": [started, { ...signed, person: PRIYA }, person, "ended"],
    "nobody was there for 15 minutes": [
      { ...started, seenAt: addSeconds(NOW, -IDLE_SECONDS) },
      { ...signed, openedAt: addSeconds(NOW, -IDLE_SECONDS) },
      person,
      "idle",
    ],
  } as const satisfies Record<
    string,
    readonly [StartedSession | null, SignedSession | null, SessionPerson | null, string]
  >;
  for (const [when, [row, ledger, who, reason]] of Object.entries(DEAD)) {
    it(`is signed out when ${when}`, () => {
      expect(judgeSession(row, ledger, who, NOW)).toEqual(out(reason));
    });
  }

  it("idles from the signature where that came later than the last deed: signing takes time", () => {
    const slow = { ...started, seenAt: addSeconds(NOW, -IDLE_SECONDS) };
    expect(judgeSession(slow, signed, person, NOW)).toMatchObject({ state: "open" });
  });

  it("keeps nobody longer than the second in which they are idle", () => {
    const seenAt = addSeconds(NOW, -IDLE_SECONDS + 1);
    const early = { ...signed, openedAt: addSeconds(NOW, -IDLE_SECONDS * 2) };
    expect(judgeSession({ ...started, seenAt }, early, person, NOW)).toMatchObject({
      state: "open",
    });
    expect(judgeSession({ ...started, seenAt }, early, person, addSeconds(NOW, 1))).toEqual(
      out("idle"),
    );
  });
});
