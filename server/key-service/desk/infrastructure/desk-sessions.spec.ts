import { describe, expect, it } from "vitest";
import { ACME, OLIVIA, SAM, TestClock } from "./desk-fixture.ts";
import { DeskSessions } from "./desk-sessions.ts";
import { readSessionCookie, sessionCookie, sessionCookieName } from "./session-cookie.ts";

function given() {
  const clock = new TestClock();
  return { clock, sessions: new DeskSessions({ clock }) };
}
const olivia = { person: OLIVIA, tenant: ACME };

describe("desk sessions", () => {
  it("ID-1 names the person who opened it, under a token of 256 bits", () => {
    const { sessions } = given();
    const token = sessions.open(olivia);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(sessions.use(token)).toMatchObject(olivia);
    expect(sessions.open(olivia)).not.toBe(token);
  });

  it("ID-1 keeps nothing in memory that the token could be read from", () => {
    const { sessions } = given();
    const token = sessions.open(olivia);
    expect(sessions.use(token)?.key).not.toContain(token);
  });

  it.each([
    ["9 min 59 s unused", [599], true],
    ["10 min unused", [600], false],
    ["used every 9 min for 27 min", [540, 540, 540], true],
    ["used every 9 min for 36 min", [540, 540, 540, 540], false],
  ])("ID-1 after %s: alive is %s", (_, steps, alive) => {
    const { clock, sessions } = given();
    const token = sessions.open(olivia);
    let held = null;
    for (const seconds of steps) {
      clock.pass(seconds);
      held = sessions.use(token);
    }
    expect(held !== null).toBe(alive);
  });

  it("ID-1 is not lengthened by setting the wall clock back, nor by a suspend", () => {
    const { clock, sessions } = given();
    const first = sessions.open(olivia);
    clock.pass(590);
    clock.jump(-3600);
    clock.pass(11);
    expect(sessions.use(first)).toBeNull();
    const second = sessions.open(olivia);
    clock.suspend(601);
    expect(sessions.use(second)).toBeNull();
  });

  it("ID-1 ends on demand, alone or with all sessions of a person", () => {
    const { sessions } = given();
    const [a, b, c] = [
      sessions.open(olivia),
      sessions.open(olivia),
      sessions.open({ person: SAM, tenant: ACME }),
    ];
    sessions.end(a);
    expect(sessions.use(a)).toBeNull();
    expect(sessions.use(b)).not.toBeNull();
    sessions.endAllOf(OLIVIA);
    expect(sessions.use(b)).toBeNull();
    expect(sessions.use(c)).not.toBeNull();
  });

  it.each([
    "",
    "a",
    "A".repeat(42),
    "A".repeat(44),
    `${"A".repeat(42)}B`,
    "=".repeat(43),
    "\u0000".repeat(43),
  ])("refuses the token %j, which is not one encoding of 32 bytes", (token) => {
    expect(given().sessions.use(token)).toBeNull();
  });

  it("L6 holds a bounded number, for each person and in all, and drops the oldest", () => {
    const clock = new TestClock();
    const sessions = new DeskSessions({ clock, maxPerPerson: 3, maxInAll: 5 });
    const tokens = Array.from({ length: 6 }, () => sessions.open(olivia));
    expect(sessions.size).toBe(3);
    expect(tokens.map((token) => sessions.use(token) !== null)).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
    ]);
    for (let i = 0; i < 3; i++) sessions.open({ person: SAM, tenant: ACME });
    expect(sessions.size).toBe(5);
    expect(sessions.use(tokens[3] ?? "")).toBeNull();
  });
});

describe("the session cookie", () => {
  it("ID-1 is HttpOnly, SameSite=Strict, of this host only, and Secure under TLS", () => {
    expect(sessionCookie("https://desk.example.com", "t")).toBe(
      "__Host-countersign-desk=t; Path=/; Max-Age=1800; HttpOnly; SameSite=Strict; Secure",
    );
    expect(sessionCookie("http://desk.localhost:1", "t")).toBe(
      "countersign-desk=t; Path=/; Max-Age=1800; HttpOnly; SameSite=Strict",
    );
  });

  it("is read among others, and not at all when it stands twice", () => {
    const origin = "https://desk.example.com";
    const name = sessionCookieName(origin);
    expect(readSessionCookie(origin, `a=b; ${name}=tok; c=d`)).toBe("tok");
    expect(readSessionCookie(origin, `${name}=tok; ${name}=other`)).toBeNull();
    expect(readSessionCookie(origin, `x${name}=tok`)).toBeNull();
    expect(readSessionCookie(origin, undefined)).toBeNull();
    expect(readSessionCookie(origin, "countersign-desk=tok")).toBeNull();
  });
});
