import { createServer, type Server } from "node:http";
import { toBase64url } from "@countersign/protocol/bytes";
import { digestOf } from "@countersign/protocol/digest";
import { credentialId, type Digest, idText, personId } from "@countersign/protocol/ids";
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { registrationOptions } from "../server/key-service/roster/infrastructure/registration-options.ts";
import {
  type VerifiedRegistration,
  verifyRegistration,
} from "../server/key-service/roster/infrastructure/verify-registration.ts";
import {
  type EnrolledCredential,
  parseAssertion,
} from "../server/key-service/statements/domain/assertion.ts";
import { judgeCounter } from "../server/key-service/statements/domain/judge-counter.ts";
import { assertionOptions } from "../server/key-service/statements/infrastructure/assertion-options.ts";
import { verifyAssertion } from "../server/key-service/statements/infrastructure/verify-assertion.ts";
import { launchChromium } from "../tests/support/browser.ts";

/*
 * What a real Chromium and its virtual keys make goes through the same functions as the forgeries do, so
 * that their strictness is known not to refuse an honest person. The page is empty: the desk has its own tests.
 */

const RP_ID = "desk.localhost";
const USER_HANDLE = toBase64url(new Uint8Array(32).fill(7));
const REGISTRATION: Digest = await digestOf("statement", { registration: 1 });
const ACT: Digest = await digestOf("statement", { act: 1 });

/** Options of CDP `WebAuthn.addVirtualAuthenticator`: a security key with a PIN. */
const SECURITY_KEY = {
  protocol: "ctap2",
  ctap2Version: "ctap2_1",
  transport: "usb",
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const;
const U2F_KEY = {
  protocol: "u2f",
  transport: "usb",
  automaticPresenceSimulation: true,
} as const;

let server: Server;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let cdp: CDPSession;
let port: number;

beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader("content-type", "text/html");
    const frame = `<iframe allow="publickey-credentials-get *" src="http://${RP_ID}:${port}/"></iframe>`;
    response.end(`<!doctype html><title>desk</title>${request.url === "/framing" ? frame : ""}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  port = address.port;
  // Without one on this machine, the one that playwright downloaded.
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(`http://${RP_ID}:${port}/`);
  cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
});

afterEach(() => context.close());

async function plug(options: object): Promise<string> {
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: options as typeof SECURITY_KEY, // the other kinds leave members out or add some
  });
  return authenticatorId;
}

/** In the page: the WebAuthn call with JSON in and out, or the name of the error. */
function callWebAuthn(
  on: Pick<Page, "evaluate">,
  call: "create" | "get",
  options: object,
): Promise<unknown> {
  return on.evaluate(
    async ([call, options]) => {
      const api = PublicKeyCredential as unknown as Record<string, (json: object) => object>; // newer than the types
      const parse =
        call === "create" ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
      try {
        const publicKey = api[parse]?.(options);
        const made = await navigator.credentials[call]({ publicKey } as CredentialCreationOptions);
        // A credential of a public key has one; the types name no kind.
        return (made as unknown as { toJSON(): unknown }).toJSON();
      } catch (error) {
        return error instanceof Error ? error.name : String(error);
      }
    },
    [call, options] as const,
  );
}

const origin = () => `http://${RP_ID}:${port}`;

function register(changes: object = {}): Promise<unknown> {
  const honest = registrationOptions({
    rpId: RP_ID,
    personName: "Olivia",
    userHandle: USER_HANDLE,
    challenge: REGISTRATION,
    exclude: [],
  });
  return callWebAuthn(page, "create", { ...honest, ...changes });
}

function judgeRegistration(json: unknown, mayBeBackedUp = false) {
  return verifyRegistration({
    json,
    expectedChallenge: REGISTRATION,
    rpId: RP_ID,
    origin: origin(),
    mayBeBackedUp,
    policy: { mode: "development" },
    now: Date.now(),
  });
}

async function enrol(mayBeBackedUp = false): Promise<EnrolledCredential> {
  const verdict = await judgeRegistration(await register(), mayBeBackedUp);
  if (!verdict.ok) throw new Error(`refused: ${verdict.error.check}`);
  return enrolled(verdict.value);
}

const enrolled = (key: VerifiedRegistration): EnrolledCredential => ({
  ...key,
  person: personId.parse(idText("p", new Uint8Array(16))),
  userHandle: USER_HANDLE,
});

async function judge(json: unknown, credential: EnrolledCredential, mayBeBackedUp = false) {
  const parsed = parseAssertion(json);
  if (!parsed.ok) return parsed;
  const expected = { expectedChallenge: ACT, rpId: RP_ID, origin: origin() };
  return verifyAssertion({ record: parsed.value, ...expected, credential, mayBeBackedUp });
}

const get = (changes: object = {}, on: Pick<Page, "evaluate"> = page) =>
  callWebAuthn(on, "get", { ...assertionOptions({ rpId: RP_ID, challenge: ACT }), ...changes });

describe("a security key in Chromium", () => {
  beforeEach(async () => {
    await plug(SECURITY_KEY);
  });

  it("ID-1 enrols, and its make is recorded as nobody's word", async () => {
    expect(await judgeRegistration(await register())).toMatchObject({
      ok: true,
      value: { algorithm: -7, backupEligible: false, attestation: "unverified" },
    });
  });

  it("ID-1 signs, whether its id was asked for or not, with its user handle and a counter that grows", async () => {
    const key = await enrol();
    const allow = [credentialId.parse(key.credential)];
    const first = await judge(await get(), key);
    const second = await judge(
      await get(assertionOptions({ rpId: RP_ID, challenge: ACT, allow })),
      key,
    );
    if (!first.ok || !second.ok) throw new Error("refused");
    expect(judgeCounter(key.signCount, first.value.signCount)).toBe("grew");
    expect(judgeCounter(first.value.signCount, second.value.signCount)).toBe("grew");
  });

  it("ID-1 that signed something else is refused", async () => {
    const key = await enrol();
    const challenge = await digestOf("statement", { act: 2 });
    expect(await judge(await get({ challenge }), key)).toMatchObject({
      error: { check: "challenge" },
    });
  });

  it("L23 is refused in production, whatever model it claims", async () => {
    const json = await register();
    const seen = await judgeRegistration(json);
    if (!seen.ok) throw new Error("refused");
    const verdict = await verifyRegistration({
      json,
      expectedChallenge: REGISTRATION,
      rpId: RP_ID,
      origin: origin(),
      mayBeBackedUp: false,
      policy: { mode: "production", roots: [], aaguids: [seen.value.aaguid] },
      now: Date.now(),
    });
    expect(verdict).toMatchObject({ error: { check: "attestation-chain" } });
  });

  it("ID-1 signs nothing for a page of another host", async () => {
    await enrol();
    await page.goto(`http://localhost:${port}/`);
    expect(await get()).toBe("SecurityError");
  });

  it("ID-1 that signed for the desk inside a frame of another page is refused", async () => {
    const key = await enrol();
    await page.goto(`http://localhost:${port}/framing`);
    const frame = page.frames().find((it) => it.url().startsWith(origin()));
    if (frame === undefined) throw new Error("no frame");
    const json = await get({}, frame as unknown as Page); // a frame evaluates as a page does
    expect(await judge(json, key)).toMatchObject({ error: { check: "cross-origin" } });
  });

  it("ID-1 is not enrolled twice for one person", async () => {
    const key = await enrol();
    const again = await register({
      excludeCredentials: [{ type: "public-key", id: key.credential }],
    });
    expect(again).toBe("InvalidStateError");
  });
});

describe("a key that does not verify its holder, in Chromium", () => {
  const careless = {
    authenticatorSelection: { residentKey: "discouraged", userVerification: "discouraged" },
  };

  it("L22 is refused by us where a tampered page did not ask for it, at enrolment", async () => {
    await plug(U2F_KEY);
    expect(await judgeRegistration(await register(careless))).toMatchObject({
      error: { check: "user-verified" },
    });
  });

  it("L22 refuses by itself to sign once it was enrolled by an honest page", async () => {
    const authenticatorId = await plug(SECURITY_KEY);
    await enrol();
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    // Chromium asks for credProtect level 3 where a discoverable key must verify its holder.
    expect(await get({ userVerification: "discouraged" })).toBe("NotAllowedError");
  });

  it("L22 is refused by us where tampered pages enrolled it and asked it to sign", async () => {
    const authenticatorId = await plug(SECURITY_KEY);
    const json = await register({
      authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
    });
    const verdict = await judgeRegistration(json);
    if (!verdict.ok) throw new Error(`refused: ${verdict.error.check}`);
    const key = enrolled(verdict.value);
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    const allowCredentials = [{ type: "public-key", id: key.credential }];
    const unverified = await get({ allowCredentials, userVerification: "discouraged" });
    expect(await judge(unverified, key)).toMatchObject({ error: { check: "user-verified" } });
  });
});

describe("a passkey that is copied between devices, in Chromium", () => {
  beforeEach(async () => {
    await plug({
      ...SECURITY_KEY,
      transport: "internal",
      defaultBackupEligibility: true,
      defaultBackupState: true,
    });
  });

  it("ID-1 is seen for what it is: recorded where that is allowed, refused for an approver", async () => {
    const json = await register();
    expect(await judgeRegistration(json, true)).toMatchObject({ value: { backupEligible: true } });
    expect(await judgeRegistration(json)).toMatchObject({ error: { check: "backup-refused" } });
  });

  it("ID-1 signs where that is allowed, and says that it is copied", async () => {
    const key = await enrol(true);
    const json = await get();
    expect(await judge(json, key, true)).toMatchObject({ ok: true, value: { backupState: true } });
    expect(await judge(json, key)).toMatchObject({ error: { check: "backup-refused" } });
  });
});
