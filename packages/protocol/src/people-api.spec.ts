import { describe, expect, it } from "vitest";
import { act } from "./acts.ts";
import { deviceCallDigest } from "./device-call.ts";
import { deviceId } from "./ids.ts";
import { PEOPLE_API, type PeopleApiPath } from "./people-api.ts";
import { REFUSAL_CODES, REFUSALS } from "./refusals.ts";
import { assignment, isPerService, ROLE_NAMES, ROLES } from "./roles.ts";

const PATHS = Object.keys(PEOPLE_API) as PeopleApiPath[]; // keys of a literal object

describe("the people-API", () => {
  it("lets no device call the desk's paths, and no desk session the command line's", () => {
    for (const path of PATHS) {
      expect(path).toMatch(/^\/(?:desk|people)\/v1\/[a-z-]+(?:\/[a-z-]+)?$/);
      const { caller } = PEOPLE_API[path];
      if (path.startsWith("/desk/")) expect(caller).not.toBe("device");
      else expect(caller).not.toBe("session");
    }
  });

  it("refuses unknown fields in the input of every path", () => {
    for (const path of PATHS) {
      const read = PEOPLE_API[path].input.safeParse({ canary: 1 });
      expect(read.success, path).toBe(false);
      expect(JSON.stringify(read.error?.issues), path).toContain("unrecognized_keys");
    }
  });
});

describe("acts", () => {
  const request = {
    act: "request",
    secrets: ["payments/prod/postgres/app-password"],
    justification: "Incident 4711",
    ticket: "OPS-4711",
    notBefore: null,
    durationSeconds: 3600,
    maxUses: 1,
    device: "d-040g2081040g2081040g208104",
  };

  it("L6 carry texts that can be signed, names in their one spelling, and bounded numbers", () => {
    expect(act.safeParse(request).success).toBe(true);
    for (const wrong of [
      { justification: "a\u202eb" },
      { justification: "" },
      { ticket: "a\nb" },
      { secrets: ["Payments/prod/postgres/app-password"] },
      { secrets: ["payments/prod/../app"] },
      { secrets: [] },
      { secrets: Array(21).fill(request.secrets[0]) },
      { durationSeconds: 59 },
      { durationSeconds: 86_401 },
      { durationSeconds: 60.5 },
      { maxUses: 0 },
      { maxUses: 101 },
      { device: "d-1" },
      { tenant: "globex" },
      { act: "open" },
    ]) {
      expect(act.safeParse({ ...request, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
    }
  });
});

describe("a call by a device", () => {
  it("has another digest for every other device, path, body, time and nonce", async () => {
    const call = {
      device: deviceId.parse("d-040g2081040g2081040g208104"),
      path: "/people/v1/whoami",
      body: "A".repeat(43),
      at: 1_772_352_000,
      nonce: "A".repeat(22),
    };
    const others = [
      { device: deviceId.parse("d-081040g2081040g2081040g208") },
      { path: "/people/v1/secrets/list" },
      { body: `${"A".repeat(42)}E` },
      { at: call.at + 1 },
      { nonce: `${"A".repeat(21)}Q` },
    ];
    const digests = await Promise.all(
      [{}, ...others].map((it) => deviceCallDigest({ ...call, ...it })),
    );
    expect(new Set(digests).size).toBe(6);
  });
});

describe("roles", () => {
  it("ID-2 a role of a service names its service, no other does", () => {
    for (const role of ROLES) {
      expect(assignment.safeParse({ role, service: "payments" }).success).toBe(isPerService(role));
      expect(assignment.safeParse({ role, service: null }).success).toBe(!isPerService(role));
    }
    expect(assignment.safeParse({ role: "Officer", service: null }).success).toBe(false);
    expect(Object.keys(ROLE_NAMES)).toEqual([...ROLES]);
    expect(new Set(Object.values(ROLE_NAMES)).size).toBe(ROLES.length);
  });
});

describe("refusals", () => {
  it("each have an HTTP status and an exit code that scripts can tell from success", () => {
    for (const code of REFUSAL_CODES) {
      expect(code).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
      const { status, exit } = REFUSALS[code];
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(600);
      expect(exit).toBeGreaterThanOrEqual(2);
      expect(exit).toBeLessThanOrEqual(8);
    }
  });
});
