import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { toBase64url } from "@countersign/protocol/bytes";
import { describe, expect, it } from "vitest";
import { readCheckpoint } from "./log/signed-note.ts";
import { ASK, everybodySigns, machine, service, useFreshWorld } from "./testing/fresh-world.ts";
import { consistencyProof, makeP256 } from "./testing/test-ledger.ts";
import { startTestService } from "./testing/test-service.ts";

useFreshWorld();

type Loose = Record<string, unknown>;

describe("a service with other keys, or another history, is refused before anything is sent", () => {
  const keys: [string, Loose][] = [
    ["the key that signs releases", { releaseKey: toBase64url(makeP256().spki) }],
    ["the key that signs the ledger", { logKey: toBase64url(makeP256().spki) }],
    ["the ledger", { ledgerOrigin: "countersign.test/other" }],
    ["the witnesses", { witnesses: [] }],
    ["how many witnesses must cosign", { witnessQuorum: 2 }],
  ];
  it.each(keys)("other keys: %s", async (what, change) => {
    service.tamper["/people/v1/hello"] = (output) => ({ ...output, ...change });
    service.calls.length = 0;
    const ran = await machine.secrets(ASK);
    expect(ran.code).toBe(8);
    expect(ran.said).toContain(`${what} changed`);
    expect(service.calls.map((it) => it.path)).toEqual(["/people/v1/hello"]);
    const login = await machine.secrets(["login", "--url", service.origin]);
    expect(login.code).toBe(8);
  });

  it("AUD-2 a ledger that was cut: both checkpoints are named, and kept as they were signed", async () => {
    await machine.secrets(ASK, { meanwhile: everybodySigns() });
    const size = service.entries.length;
    service.entries.splice(1);
    service.calls.length = 0;
    const ran = await machine.secrets(["list"]);
    expect(ran.code).toBe(8);
    expect(ran.said).toContain("does not continue the history");
    expect(ran.said).toMatch(
      new RegExp(`${size} entries with root \\S{43} seen here .*; 1 entries with root \\S{43} now`),
    );
    expect(service.calls.map((it) => it.path)).toEqual([
      "/people/v1/hello",
      "/people/v1/log/checkpoint",
    ]);
    const evidence = join(machine.home, "config/countersign/default/evidence");
    expect(ran.stderr.replaceAll(/\s/g, "")).toContain(evidence);
    await machine.secrets(["list"]);
    const [file = "", ...more] = readdirSync(evidence);
    expect(more).toEqual([]);
    expect(statSync(join(evidence, file)).mode & 0o777).toBe(0o600);
    const { seen, shown } = JSON.parse(readFileSync(join(evidence, file), "utf8"));
    const trust = { origin: service.ledgerOrigin, logKey: service.log.spki, witnesses: [] };
    const sizes = [seen, shown].map(({ note }) => {
      const read = readCheckpoint(note, trust, Date.now());
      return read.ok ? read.value.size : read.error;
    });
    expect(sizes).toEqual([size, 1]);
  });

  it("AUD-2 a ledger that was cut, by a service that will not prove anything", async () => {
    await machine.secrets(ASK, { meanwhile: everybodySigns() });
    service.entries.splice(2, 1, Buffer.from("{}"));
    service.entries.push(Buffer.from("{}"));
    service.refusals.set("/people/v1/log/consistency", "malformed");
    const ran = await machine.secrets(["list"]);
    expect(ran.code).toBe(8);
    expect(ran.said).toContain("does not continue the history");
  });

  it("AUD-2 a ledger in which one earlier entry was changed, with a proof that fits the new tree", async () => {
    await machine.secrets(ASK, { meanwhile: everybodySigns() });
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
    await machine.secrets(ASK, { meanwhile: everybodySigns() });
    service.tamper["/people/v1/log/inclusion"] = (output) => ({
      ...output,
      entry: toBase64url(Buffer.from("{}")),
    });
    const ran = await machine.secrets(["log", "verify"]);
    expect(ran.code).toBe(8);
    expect(ran.said).toContain("is not shown as it was recorded");
  });

  it("AUD-2 an entry that is truly in the ledger, but records another statement", async () => {
    await machine.secrets(ASK, { meanwhile: everybodySigns() });
    await machine.secrets(ASK, { meanwhile: everybodySigns() });
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
