import { describe, expect, it } from "vitest";
import { type Asked, asked, granted, opening, ready } from "../../decisions/testing/asked.ts";
import { codeOf, eventsOf } from "../../decisions/testing/decision-cast.ts";
import { ACME, GLOBEX } from "../../decisions/testing/decision-world.ts";

const code = (it: Asked, changes: Parameters<typeof opening>[1] = {}) =>
  codeOf(it.world.open(opening(it, changes)));

describe("a grant's window", () => {
  it("JIT-1 L31 opens from notBefore on, to the second", () => {
    const { world, cast, secret, laptop } = ready();
    const it = granted(
      { notBefore: world.in(600), expiresAt: world.in(1200) },
      { world, cast, secret, laptop },
    );
    expect(code(it)).toBe("not-yet");
    world.pass(599);
    expect(code(it)).toBe("not-yet");
    world.pass(1);
    expect(code(it)).toBe("ok");
  });

  it("JIT-1 L31 closes at expiresAt, to the second, whether or not the sweep has run", () => {
    const it = granted({ maxUses: 5 });
    it.world.pass(3599);
    expect(code(it)).toBe("ok");
    it.world.pass(1);
    expect(code(it, { use: 2 })).toBe("grant-expired");
    expect(it.world.expire().map((event) => event.type)).toEqual(["GrantExpired"]);
    expect(code(it, { use: 2 })).toBe("grant-expired");
  });

  it("L31 cuts off a retry too: a use that was opened is not opened again after the end", () => {
    const it = granted();
    const call = opening(it);
    expect(codeOf(it.world.open(call))).toBe("ok");
    it.world.pass(3600);
    expect(codeOf(it.world.open(call))).toBe("grant-expired");
  });

  it("JIT-1 opens nothing before everybody signed, nor after a no", () => {
    const it = asked();
    expect(code(it)).toBe("not-approved");
    it.world.approve(it.proposal, it.cast.sam, "security-admin");
    expect(code(it)).toBe("not-approved");
    const reason = it.world.commit(it.cast.priya, "reason", "Not now");
    it.world.act("deny", { proposal: it.proposal, reason }, it.cast.priya, "security-admin");
    expect(code(it)).toBe("not-approved");
  });

  it("JIT-1 refuses 8 hours and a second, an end before its beginning, and a start 7 days ahead", () => {
    const windows = [
      [0, 8 * 3600, "ok"],
      [0, 8 * 3600 + 1, "malformed"],
      [7 * 86_400, 7 * 86_400 + 60, "ok"],
      [7 * 86_400 + 1, 7 * 86_400 + 60, "malformed"],
    ] as const;
    for (const [from, to, expected] of windows) {
      const { world, cast, secret, laptop } = ready();
      const window = { notBefore: world.in(from), expiresAt: world.in(to) };
      const body = world.requestBody(cast.olivia, laptop, [secret], window);
      expect(codeOf(world.act("request", body, cast.olivia, "service-owner"))).toBe(expected);
    }
    const { world, cast, secret, laptop } = ready();
    world.pass(7200);
    const over = { notBefore: world.in(-3600), expiresAt: world.now };
    const body = world.requestBody(cast.olivia, laptop, [secret], over);
    expect(codeOf(world.act("request", body, cast.olivia, "service-owner"))).toBe("grant-expired");
    const whole = { notBefore: world.in(10), expiresAt: world.in(20) };
    const sound = world.draft(
      "request",
      world.requestBody(cast.olivia, laptop, [secret], whole),
      cast.olivia,
      "service-owner",
    );
    // The protocol refuses it before; the decision does not lean on that.
    const turned = {
      ...sound,
      body: { ...sound.body, notBefore: world.in(20), expiresAt: world.in(10) },
    };
    expect(codeOf(world.would(turned))).toBe("malformed");
  });
});

describe("whose device", () => {
  it("JIT-1 refuses another device of the same person", () => {
    const it = granted();
    const desktop = it.world.device(it.cast.olivia, "desktop");
    expect(code(it, { device: desktop })).toBe("other-device");
  });

  it("SEG-1 L11 shows devices of other people, of either tenant, nothing", () => {
    const it = granted();
    const others = [it.cast.eve, it.cast.sam, it.cast.boris].map((person) =>
      it.world.device(person),
    );
    for (const device of others) expect(code(it, { device })).toBe("not-found");
    const foreign = it.world.device(it.cast.ingrid);
    expect(code(it, { device: foreign })).toBe("not-found");
    expect(code(it, { device: foreign, tenant: GLOBEX })).toBe("not-found");
    expect(code(it, { tenant: GLOBEX })).toBe("not-found");
    expect(code(it, { device: it.world.ids.device() })).toBe("not-found");
  });

  it("tells somebody else's device nothing of a request that still waits", () => {
    const it = asked();
    expect(code(it, { device: it.world.device(it.cast.eve) })).toBe("not-found");
    expect(code(it, { request: it.world.ids.request() })).toBe("not-found");
  });

  it("JIT-1 opens nothing for a secret that the grant does not name", () => {
    const it = granted();
    const other = it.world.secret("payments/prod/postgres/other");
    expect(code(it, { secret: other })).toBe("not-found");
  });

  it("L31 closes with the device's own enrolment, to the second", () => {
    const { world, cast, secret } = ready();
    const laptop = world.ids.device();
    const label = world.commit(cast.olivia, "device-label", "short-lived");
    const expiresAt = world.in(1800);
    const who = { tenant: ACME, person: cast.olivia.person } as const;
    world.given({
      type: "DeviceEnrolled",
      ...who,
      device: laptop,
      label,
      publicKey: world.ids.digest(),
      expiresAt,
    });
    const it = granted({ maxUses: 5 }, { world, cast, secret, laptop });
    world.pass(1799);
    expect(code(it)).toBe("ok");
    world.pass(1);
    expect(code(it, { use: 2 })).toBe("device-inactive");
  });
});

describe("uses", () => {
  it("JIT-1 opens maxUses times and no more", () => {
    const it = granted({ maxUses: 2 });
    expect([1, 2, 3].map((use) => code(it, { use }))).toEqual(["ok", "ok", "uses-spent"]);
  });

  it("JIT-1 never opens a use beyond maxUses, even where earlier ones are left", () => {
    const it = granted({ maxUses: 2 });
    expect(code(it, { use: 3 })).toBe("uses-spent");
    expect(code(it, { use: 2 })).toBe("ok");
    expect(code(it, { use: 1 })).toBe("ok");
    expect(code(it, { use: 0 })).toBe("uses-spent");
  });

  it("L4 takes a retry with the same key, and no other key for the same use", () => {
    const it = granted();
    const call = opening(it);
    expect(eventsOf(it.world.open(call))).toEqual(["ReleaseIntended"]);
    expect(eventsOf(it.world.open(call))).toEqual(["ReleaseIntended"]);
    expect(code(it)).toBe("uses-spent");
    const uses = it.world.state.tenants.get(ACME)?.grants.get(it.request)?.secrets[0]?.uses;
    expect(uses).toHaveLength(1);
  });

  it("L4 takes the retry also after the value was sent", () => {
    const it = granted();
    const call = opening(it);
    it.world.open(call);
    const { request, secret, use } = call;
    it.world.given({ type: "ReleaseDone", tenant: ACME, request, secret, use });
    expect(codeOf(it.world.open(call))).toBe("ok");
    expect(code(it)).toBe("uses-spent");
  });

  it("JIT-1 counts the uses of each secret by itself", () => {
    const { world, cast, secret, laptop } = ready();
    const other = world.secret("payments/prod/postgres/other");
    const body = world.requestBody(cast.olivia, laptop, [secret, other]);
    const { digest: proposal } = world.act("request", body, cast.olivia, "service-owner");
    for (const approver of [cast.sam, cast.priya])
      world.approve(proposal, approver, "security-admin");
    const it = { world, cast, secret, laptop, proposal, request: body.request };
    expect([code(it), code(it), code(it, { secret: other }), code(it, { secret: other })]).toEqual([
      "ok",
      "uses-spent",
      "ok",
      "uses-spent",
    ]);
  });

  it("names in the record what was opened, for whom and to which key", () => {
    const it = granted();
    const call = opening(it);
    const [event] = it.world.open(call).events;
    const { tenant, request, secret, use, device, recipientKey } = call;
    const person = it.cast.olivia.person;
    const expected = {
      type: "ReleaseIntended",
      tenant,
      request,
      secret,
      version: 1,
      use,
      person,
      device,
      recipientKey,
    };
    expect(event).toEqual(expected);
  });
});
