import { toBase64url } from "@countersign/protocol/bytes";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { enrolledMachine, type TestMachine } from "./testing/run-secrets.ts";
import { APP_PASSWORD, PRIYA, SAM } from "./testing/test-cast.ts";
import { consistencyProof, makeP256 } from "./testing/test-ledger.ts";
import { startTestService, type TestService } from "./testing/test-service.ts";

let service: TestService;
let machine: TestMachine;

beforeEach(async () => {
  service = await startTestService();
  machine = await enrolledMachine(service);
});
afterEach(async () => {
  machine.remove();
  await service.stop();
});

const ask = ["request", APP_PASSWORD, "--why", "restore the March backup", "--ticket", "OPS-42"];
const everybodySigns = () => [
  () => service.sign(),
  () => service.approve(SAM),
  () => service.approve(PRIYA),
];

type Loose = Record<string, unknown>;

describe("a service with other keys, or another history, is refused before anything is sent", () => {
  const keys: [string, Loose][] = [
    ["the key that signs releases", { releaseKey: toBase64url(makeP256().spki) }],
    ["the key that signs the ledger", { logKey: toBase64url(makeP256().spki) }],
    ["the ledger", { ledgerOrigin: "countersign.test/other" }],
    ["the witnesses", { witnesses: [] }],
  ];
  it.each(keys)("other keys: %s", async (what, change) => {
    service.tamper["/people/v1/hello"] = (output) => ({ ...output, ...change });
    service.calls.length = 0;
    const ran = await machine.secrets(ask);
    expect(ran.code).toBe(8);
    expect(ran.said).toContain(`${what} changed`);
    expect(service.calls.map((it) => it.path)).toEqual(["/people/v1/hello"]);
    const login = await machine.secrets(["login", "--url", service.origin]);
    expect(login.code).toBe(8);
  });

  it("AUD-2 a ledger that was cut", async () => {
    await machine.secrets(ask, { meanwhile: everybodySigns() });
    service.entries.splice(1);
    const ran = await machine.secrets(["list"]);
    expect(ran.code).toBe(8);
    expect(ran.said).toContain("does not continue the history");
  });

  it("AUD-2 a ledger in which one earlier entry was changed, with a proof that fits the new tree", async () => {
    await machine.secrets(ask, { meanwhile: everybodySigns() });
    service.entries[1] = Buffer.from("rewritten");
    service.entries.push(Buffer.from("one more"));
    service.tamper["/people/v1/log/consistency"] = (_, { from, to }) => ({
      proof: consistencyProof(from, service.entries.slice(0, to)).map((it) => toBase64url(it)),
    });
    const ran = await machine.secrets(["log", "verify"]);
    expect(ran.code).toBe(8);
    expect(ran.said).toContain("tell a security admin now");
  });

  it("AUD-2 a checkpoint that another key signed", async () => {
    service.log.key = makeP256().key;
    const ran = await machine.secrets(["list"]);
    expect(ran.code).toBe(8);
    expect(ran.said).toContain("the ledger's signature is wrong");
  });

  it("AUD-2 an entry that records another statement than the caller's", async () => {
    await machine.secrets(ask, { meanwhile: everybodySigns() });
    service.tamper["/people/v1/log/inclusion"] = (output) => ({
      ...output,
      entry: toBase64url(Buffer.from("{}")),
    });
    const ran = await machine.secrets(["log", "verify"]);
    expect(ran.code).toBe(8);
    expect(ran.said).toContain("does not record the statement");
  });

  it("AUD-2 an entry that is truly in the ledger, but records another statement", async () => {
    await machine.secrets(ask, { meanwhile: everybodySigns() });
    await machine.secrets(ask, { meanwhile: everybodySigns() });
    service.tamper["/people/v1/proposals/list"] = ({ proposals }) => {
      const [first, second] = proposals;
      return { proposals: [{ ...first, index: second?.index }] };
    };
    const ran = await machine.secrets(["log", "verify"]);
    expect(ran.code).toBe(8);
    expect(ran.said).toContain("does not record the statement");
  });

  it("AUD-2 says so where too few witnesses have cosigned", async () => {
    service.witnesses.length = 0;
    const ran = await machine.secrets(["log", "verify", "--no-wait"]);
    expect(ran.code).toBe(7);
    expect(ran.said).toContain("Only 0 of 1 witnesses");
  });

  it("AUD-2 waits for witnesses that have not cosigned the newest checkpoint yet", async () => {
    const held = service.witnesses.splice(0);
    const ran = await machine.secrets(["log", "verify", "--json"], {
      meanwhile: [() => undefined, () => service.witnesses.push(...held)],
    });
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ isWitnessed: true, quorum: 1 });
  });

  it("lets a person who knows that it was set up anew replace the pins, and says so", async () => {
    const other = await startTestService();
    service.tamper["/people/v1/hello"] = (output) => ({
      ...output,
      ledgerOrigin: other.ledgerOrigin,
    });
    const login = await machine.secrets([
      "login",
      "--url",
      service.origin,
      "--replace-pins",
      "--no-browser",
    ]);
    expect(login.said).toContain("Replacing the keys");
    await other.stop();
  });
});
