import { describe, expect, it } from "vitest";
import { isAcceptedByLibraryAlone, judge } from "../../../../tests/support/assertion-bench.ts";
import { FORGED_AUTHENTICATOR_DATA } from "../../../../tests/support/forgeries/authenticator-data.ts";
import { FORGED_CHALLENGES } from "../../../../tests/support/forgeries/challenges.ts";
import { FORGED_CLIENT_DATA } from "../../../../tests/support/forgeries/client-data.ts";
import { FORGED_FLAGS } from "../../../../tests/support/forgeries/forged-parts.ts";
import { bySam } from "../../../../tests/support/forgeries/forgery.ts";
import { FORGED_IDENTITIES } from "../../../../tests/support/forgeries/identities.ts";
import { FORGED_ORIGINS } from "../../../../tests/support/forgeries/origins.ts";
import { FORGED_SIGNATURES } from "../../../../tests/support/forgeries/signatures.ts";
import type { AssertionCheck } from "../domain/assertion-checks.ts";

const FORGERIES = [
  ["challenge", FORGED_CHALLENGES],
  ["origin", bySam(FORGED_ORIGINS)],
  ["client data", bySam(FORGED_CLIENT_DATA)],
  ["flag or RP id", bySam(FORGED_FLAGS)],
  ["authenticator data", FORGED_AUTHENTICATOR_DATA],
  ["signature", FORGED_SIGNATURES],
  ["identity", FORGED_IDENTITIES],
] as const;

describe.each(FORGERIES)("ID-1 L22 a forged %s is refused:", (_, forgeries) => {
  it.each(forgeries)("%s (%s)", async (_title, check, attempt) => {
    const made = await attempt();
    const before = structuredClone(made);
    const verdict = await judge(made);
    expect(verdict).toEqual({
      ok: false,
      error: {
        code: "assertion-rejected",
        message: expect.stringMatching(/nothing was signed/),
        check,
      },
    });
    expect(made).toEqual(before);
  });
});

/** Every check, so that a new one does not compile before it has a forgery. */
const CHECKS: Record<AssertionCheck, true> = {
  shape: true,
  "id-not-raw-id": true,
  "user-handle-missing": true,
  "client-data-json": true,
  "client-data-serialisation": true,
  "client-data-shape": true,
  "client-data-member-refused": true,
  type: true,
  "challenge-encoding": true,
  challenge: true,
  origin: true,
  "cross-origin": true,
  "top-origin": true,
  "rp-id-hash": true,
  "flags-reserved": true,
  "user-present": true,
  "user-verified": true,
  "backup-flags": true,
  "backup-refused": true,
  "attested-credential-unexpected": true,
  "extensions-unexpected": true,
  "authenticator-data-length": true,
  "key-encoding": true,
  "key-weak": true,
  "credential-differs": true,
  "key-algorithm": true,
  "signature-encoding": true,
  signature: true,
  "credential-unknown": true,
  "user-handle": true,
  "backup-eligible-changed": true,
};

describe("forgeries", () => {
  it("ID-1 reach every check by name", () => {
    const reached = new Set(FORGERIES.flatMap(([, them]) => them.map(([, check]) => check)));
    expect([...reached].sort()).toEqual(Object.keys(CHECKS).sort());
  });

  it("are told apart by their names, and there are at least sixty", () => {
    const names = FORGERIES.flatMap(([, forgeries]) => forgeries.map(([name]) => name));
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(60);
  });

  it("that the library alone accepts are these: the reason for the checks before it", async () => {
    const accepted: string[] = [];
    for (const [, forgeries] of FORGERIES) {
      for (const [name, , attempt] of forgeries) {
        if (await isAcceptedByLibraryAlone(await attempt())) accepted.push(name);
      }
    }
    expect(accepted).toMatchInlineSnapshot(`
      [
        "crossOrigin true, as in a frame",
        "crossOrigin as text",
        "crossOrigin null",
        "crossOrigin zero",
        "an empty top origin",
        "a token binding",
        "a payment beside the challenge",
        "two challenges, the right one last",
        "a second challenge whose name is written with an escape",
        "two types",
        "two origins",
        "a name in the client data that is written with an escape",
        "a value in the client data that is written with an escape",
        "white space in the client data",
        "a line after the client data",
        "a byte order mark",
        "bytes that are not UTF-8",
        "an overlong UTF-8 spelling",
        "a member named __proto__",
        "a very deep member",
        "client data larger than any browser makes",
        "an approver's key that can be copied",
        "a reserved flag",
        "the other reserved flag",
        "a key that may suddenly be copied, where such keys are allowed",
        "a key that may suddenly not be copied any more",
        "a credential announced and there",
        "well-formed extensions that nobody asked for",
        "a byte after the signature",
        "a null after s, counted in the sequence",
        "a length in the long form",
        "an indefinite length",
        "Sam's signature with Eve's user handle",
        "Sam's signature with a user handle that is cut",
        "no user handle",
        "a user handle that is null",
        "an empty user handle",
        "an id and a rawId that are padded",
        "an id with stray low bits",
        "an enrolled key of another algorithm than was enrolled",
        "an enrolled key with a parameter more",
        "a member that browsers do not send",
        "a member of the response that browsers do not send",
      ]
    `);
  });
});
