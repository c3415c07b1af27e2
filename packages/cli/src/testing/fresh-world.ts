import { toBase64url } from "@countersign/protocol/bytes";
import type { ReleaseMessage } from "@countersign/protocol/release-message";
import { encodeStatement, statement as statementSchema } from "@countersign/protocol/statement";
import { afterEach, beforeEach } from "vitest";
import { enrolledMachine, type TestMachine } from "./run-secrets.ts";
import { APP_PASSWORD, PRIYA, SAM } from "./test-cast.ts";
import { startTestService, type TestService } from "./test-service.ts";

/* What most specifications of the command line begin with. One spec file has one world at a time. */

export let service: TestService;
export let machine: TestMachine;

/** For each test a fresh service, and Olivia's machine enrolled with it. Call it once, at the top of a file. */
export function useFreshWorld(options: Parameters<typeof startTestService>[1] = {}): void {
  beforeEach(async () => {
    service = await startTestService(Date.now, options);
    machine = await enrolledMachine(service);
  });
  afterEach(async () => {
    machine.remove();
    await service.stop();
  });
}

export const ASK = [
  "request",
  APP_PASSWORD,
  "--why",
  "restore the March backup",
  "--ticket",
  "OPS-42",
];

export const everybodySigns = () => [
  () => service.sign(),
  () => service.approve(SAM),
  () => service.approve(PRIYA),
];

/** Asks for those secrets, two openings each, and has everybody sign. Resolves to the request's id. */
export async function approved(...names: string[]): Promise<string> {
  await machine.secrets(
    ["request", ...names, "--why", "restore", "--ticket", "OPS-42", "--uses", "2"],
    { meanwhile: everybodySigns() },
  );
  const { statement } = service.newest();
  return statement.kind === "request" ? statement.body.request : "";
}

/** How many openings the newest request has led to. */
export const spent = () =>
  [...(service.newest().grant?.uses.values() ?? [])].reduce((sum, uses) => sum + uses.size, 0);

export type Loose = Record<string, unknown>;

/** Drafts honestly, then changes the statement: valid in form, but not what was asked. */
export function changeDraft(change: (statement: Loose & { body: Loose }) => void): void {
  service.tamper["/people/v1/drafts"] = (output) => {
    const json = JSON.parse(Buffer.from(output.statement, "base64url").toString("utf8"));
    change(json);
    return { ...output, statement: toBase64url(encodeStatement(statementSchema.parse(json))) };
  };
}

/** Seals and signs each release anew with the real keys, so that only what it says is a lie. */
export function reseal(
  over: Partial<ReleaseMessage> | ((honest: ReleaseMessage) => Partial<ReleaseMessage>),
  { value = "another value", key = service.release.key } = {},
): void {
  service.tamper["/people/v1/grants/open"] = (output, input) => {
    const lie = typeof over === "function" ? over(output) : over;
    const { request, use, device, secret, secretVersion, intent } = { ...output, ...lie };
    return service.sealRelease(
      { request, use, device, secret, secretVersion, intent },
      Buffer.from(input.recipientKey, "base64url"),
      Buffer.from(value),
      key,
    );
  };
}
