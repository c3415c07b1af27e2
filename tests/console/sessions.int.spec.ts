import { draftId } from "@countersign/protocol/ids";
import { toInstant, toMilliseconds } from "@countersign/protocol/instants";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IDLE_SECONDS } from "../../server/console/sessions/domain/session.ts";
import { completeSignIn } from "../../server/console/sign-in/complete-sign-in.ts";
import { newSessionSecret, sessionDigest } from "../../server/console/sign-in/session-secret.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console-world.ts";

describe("a session of the console", () => {
  let world: ConsoleWorld;
  beforeAll(async () => {
    world = await startConsoleWorld();
  }, 180_000);
  afterAll(() => world?.stop());

  const later = (seconds: number) => ({
    now: () => toInstant(toMilliseconds(world.parts.now()) + seconds * 1000),
  });
  const rows = () => world.parts.database.sessions.count();

  it("ID-1 is live only when the person's key has signed for it", async () => {
    const { sso, parts, cast } = world;
    const secret = newSessionSecret();
    const session = sessionDigest(secret) ?? expect.fail("a fresh secret has a digest");
    const idToken = await sso.idp.idToken("sam", session);
    const { goTo } = await completeSignIn(parts, { secret, returnTo: "/requests" }, idToken);
    expect(goTo).toMatch(/^http:\/\/desk\.localhost:\d+\/d\/x-[0-9a-z]{26}\?return=%2Fsign-in$/);

    expect(await world.as(secret).session.state()).toMatchObject({
      state: "waits-for-signature",
      name: "Sam Okafor",
      link: goTo,
    });
    await expect(world.as(secret).session.me()).rejects.toMatchObject({ code: "UNAUTHORIZED" });

    await cast.sam.mustSign([draftId.parse(new URL(goTo).pathname.slice(3))]);
    await world.settled();
    expect(await world.as(secret).session.state()).toEqual({
      state: "open",
      name: "Sam Okafor",
      returnTo: "/requests",
    });
    expect(await world.as(secret).session.me()).toMatchObject({
      name: "Sam Okafor",
      tenant: "acme",
      mode: "development",
      roles: [{ role: "security-admin", service: null }],
    });
  });

  it("L13 leaves no row behind where the key service refuses the token", async () => {
    const before = await rows();
    const secret = newSessionSecret();
    const session = sessionDigest(secret) ?? expect.fail("a fresh secret has a digest");
    const begin = (idToken: string) =>
      completeSignIn(world.parts, { secret, returnTo: "/" }, idToken);
    const unlinked = await begin(await world.sso.idp.idToken("mallory", session));
    expect(unlinked).toEqual({ goTo: "/sign-in?refused=not-linked", began: false });
    expect(await begin("not.a.token")).toEqual({
      goTo: "/sign-in?refused=identity-rejected",
      began: false,
    });
    expect(await rows()).toBe(before);
  });

  it("ID-1 ends after 15 minutes without a deed; a page that refreshes itself does not keep it", async () => {
    const secret = await world.signIn(world.cast.priya);
    const almost = later(IDLE_SECONDS - 60);
    const after = later(IDLE_SECONDS + 60);
    await world.as(secret, { parts: almost }).session.me();
    await expect(world.as(secret, { parts: after }).session.me()).rejects.toMatchObject({
      code: "UNAUTHORIZED",
    });
    expect(await world.as(secret, { parts: after }).session.state()).toMatchObject({
      state: "signed-out",
      reason: "idle",
    });
    await world.as(secret, { active: true, parts: almost }).session.me();
    expect(await world.as(secret, { parts: after }).session.state()).toMatchObject({
      state: "open",
    });
  });

  it("ID-1 does not come back to life when somebody returns to an idle one", async () => {
    const secret = await world.signIn(world.cast.priya);
    const after = { active: true, parts: later(IDLE_SECONDS + 60) };
    await expect(world.as(secret, after).session.me()).rejects.toMatchObject({
      code: "UNAUTHORIZED",
    });
    expect(await world.as(secret, after).session.state()).toMatchObject({ reason: "idle" });
  });

  it("ID-1 signing out ends it here and in the ledger, and no other", async () => {
    const one = await world.signIn(world.cast.sam);
    const other = await world.signIn(world.cast.sam);
    expect(await world.as(one).session.signOut()).toEqual({ ended: 1 });
    expect(await world.as(one).session.state()).toMatchObject({ state: "signed-out" });
    expect(await world.as(other).session.state()).toMatchObject({ state: "open" });
  });

  it("ID-1 signing out everywhere ends every session of the person, on whatever machine", async () => {
    const one = await world.signIn(world.cast.sam);
    const other = await world.signIn(world.cast.sam);
    const priya = await world.signIn(world.cast.priya);
    expect((await world.as(one).session.signOutEverywhere()).ended).toBeGreaterThanOrEqual(2);
    await world.settled();
    for (const secret of [one, other])
      expect(await world.as(secret).session.state()).toMatchObject({ state: "signed-out" });
    expect(await world.as(priya).session.state()).toMatchObject({ state: "open" });
  });

  it("ID-1 that the key service ended is over, though the console still has its row", async () => {
    const secret = await world.signIn(world.cast.olivia);
    const { tenant, person } = await world.as(secret).session.me();
    await world.parts.keyService.call("/console/v1/sessions/end", { tenant, person, all: true });
    await world.settled();
    expect(await world.as(secret).session.state()).toMatchObject({ reason: "ended" });
  });

  it("remembers how a person likes the console, and tells nobody else", async () => {
    const olivia = await world.signIn(world.cast.olivia);
    const ingrid = await world.signIn(world.cast.ingrid);
    const before = { density: "comfortable", theme: "system", without: {} };
    expect((await world.as(olivia).session.me()).preferences).toEqual(before);
    await world.as(olivia).session.setPreferences({ density: "compact" });
    await world.as(olivia).session.setPreferences({ without: { secrets: ["owner", "tier"] } });
    await world.as(olivia).session.setPreferences({ without: { audit: ["code"] } });
    const without = { secrets: ["owner", "tier"], audit: ["code"] };
    const after = { density: "compact", theme: "system", without };
    expect((await world.as(olivia).session.me()).preferences).toEqual(after);
    expect((await world.as(ingrid).session.me()).preferences).toEqual(before);
  });

  it("says that nobody can sign in while the identity provider is away; what is open goes on", async () => {
    const secret = await world.signIn(world.cast.olivia);
    const down = { identityProviderAnswers: async () => false };
    expect(await world.as(null, { parts: down }).session.state()).toEqual({
      state: "signed-out",
      reason: "none",
      identityProviderAnswers: false,
    });
    expect(await world.as(secret, { parts: down }).session.me()).toMatchObject({
      name: "Olivia Hart",
    });
    expect(await world.as(secret, { parts: down }).status.read()).toMatchObject({
      identityProvider: { state: "down" },
      keyService: { state: "up" },
      projectionBehind: 0,
    });
  });
});
