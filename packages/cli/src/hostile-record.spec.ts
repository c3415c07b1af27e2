import { toBase64url } from "@countersign/protocol/bytes";
import { beforeEach, describe, expect, it } from "vitest";
import {
  approved,
  everybodySigns,
  machine,
  reseal,
  service,
  spent,
  useFreshWorld,
} from "./testing/fresh-world.ts";
import { APP_PASSWORD, CANARY, OTHER_DEVICE, REPORT_KEY } from "./testing/test-cast.ts";
import { consistencyProof, makeWitness } from "./testing/test-ledger.ts";

/*
 * A key service that has been taken over has every key that it needs to seal and to sign. What it cannot
 * do is hand out a value without a record that everybody sees: this machine looks for the record first.
 */
useFreshWorld({ witnessCount: 3, witnessQuorum: 2 });
beforeEach(() => approved(APP_PASSWORD, REPORT_KEY));

const get = () => machine.secrets(["get", APP_PASSWORD]);
const recorded = () => {
  const entry = JSON.parse(service.entries.at(-1)?.toString("utf8") ?? "");
  return entry.events[0] as Record<string, unknown>;
};

async function expectClosed(code: number, phrase: string): Promise<void> {
  const ran = await get();
  expect(ran.said).toContain(phrase);
  expect(ran.said).toContain("the value stays closed");
  expect(ran).toMatchObject({ code, stdout: "" });
  expect(ran.stderr).not.toContain(CANARY);
  expect(machine.stateText()).not.toContain(CANARY);
}

describe("AUD-1 AUD-2 a value is opened only once its opening is proven to stand in the one ledger", () => {
  it("opens, and says where the record stands and who cosigned it", async () => {
    const ran = await machine.secrets(["get", APP_PASSWORD, "--json"]);
    const { intent, proven, value } = JSON.parse(ran.stdout);
    expect(Buffer.from(value, "base64").toString()).toBe(CANARY);
    expect(recorded()).toMatchObject({ type: "ReleaseIntended", use: 1 });
    expect(proven.size).toBeGreaterThan(intent);
    expect(proven.witnesses).toEqual(["witness.test/w1", "witness.test/w2", "witness.test/w3"]);
  });

  const lies: [string, Record<string, unknown>][] = [
    ["another use", { use: 2 }],
    ["another request", { request: `r-${"0".repeat(26)}` }],
    ["another secret", { secret: `s-${"2".repeat(26)}` }],
    ["another version", { version: 2 }],
    ["another device", { device: OTHER_DEVICE }],
    ["another person", { person: `p-${"e".repeat(26)}` }],
    ["another recipient's key", { recipientKey: toBase64url(Buffer.alloc(32, 1)) }],
    ["another event", { type: "ReleaseDone" }],
  ];
  it.each(lies)("stays closed where the entry records %s", async (_, lie) => {
    reseal(() => ({ intent: service.append([{ ...recorded(), ...lie }]) }), { value: CANARY });
    await expectClosed(8, "does not record this opening");
  });

  it("stays closed where the release names an entry that is not there", async () => {
    reseal({ intent: 5000 }, { value: CANARY });
    await expectClosed(8, "is not in the ledger that is shown");
  });

  it("stays closed where the entry is withheld", async () => {
    service.tamper["/people/v1/log/inclusion"] = (output) => ({ ...output, entry: null });
    await expectClosed(8, "is not shown as it was recorded");
  });

  it("stays closed where the entry is shown but does not stand in the tree", async () => {
    service.tamper["/people/v1/log/inclusion"] = (output) => ({
      ...output,
      proof: output.proof.toReversed(),
    });
    await expectClosed(8, "is not proven to stand in the ledger");
  });

  it("stays closed where the record stands on a branch that contradicts what this machine saw", async () => {
    const honest = service.handlers["/people/v1/grants/open"] ?? expect.fail();
    service.handlers["/people/v1/grants/open"] = async (input, device) => {
      const answer = await honest(input, device);
      service.entries[2] = Buffer.from('{"events":[],"evidence":null,"v":1}');
      return answer;
    };
    service.tamper["/people/v1/log/consistency"] = (_, { from, to }) => ({
      proof: consistencyProof(from, service.entries.slice(0, to)).map((it) => toBase64url(it)),
    });
    await expectClosed(8, "does not continue the history");
  });

  it("stays closed while fewer witnesses than the quorum cosigned; the same use opens once they did", async () => {
    const held = service.witnesses.splice(1);
    const waits = Array.from({ length: 10 }, () => () => undefined);
    const ran = await machine.secrets(["get", APP_PASSWORD], { meanwhile: waits });
    expect(ran).toMatchObject({ code: 7, stdout: "" });
    expect(ran.said).toContain("Only 1 of 2 witnesses");
    expect(ran.said).toContain("the value stays closed");
    expect(ran.said).toContain("it is the same opening");
    service.witnesses.push(...held);
    const again = await get();
    expect(again.stdout).toBe(CANARY);
    expect(again.said).toContain("opening 1");
    expect(spent()).toBe(1);
  });

  it("waits for a witness that is a moment behind", async () => {
    const held = service.witnesses.splice(1);
    const ran = await machine.secrets(["get", APP_PASSWORD], {
      meanwhile: [() => service.witnesses.push(...held)],
    });
    expect(ran.stdout).toBe(CANARY);
  });

  it("does not count witnesses that were not pinned at login", async () => {
    service.witnesses.splice(0, 3, makeWitness("witness.test/w1"), makeWitness("witness.test/w2"));
    const waits = Array.from({ length: 10 }, () => () => undefined);
    const ran = await machine.secrets(["get", APP_PASSWORD], { meanwhile: waits });
    expect(ran).toMatchObject({ code: 7, stdout: "" });
    expect(ran.said).toContain("Only 0 of 2 witnesses");
  });

  it.each(["/people/v1/log/checkpoint", "/people/v1/log/inclusion"] as const)(
    "stays closed where %s is refused after the release",
    async (path) => {
      const honest = service.handlers["/people/v1/grants/open"] ?? expect.fail();
      service.handlers["/people/v1/grants/open"] = async (input, device) => {
        service.refusals.set(path, "unavailable");
        return honest(input, device);
      };
      await expectClosed(7, "it is the same opening");
      service.refusals.clear();
      service.handlers["/people/v1/grants/open"] = honest;
      expect((await get()).stdout).toBe(CANARY);
    },
  );

  it("starts no command for a value whose record cannot be proven", async () => {
    service.tamper["/people/v1/log/inclusion"] = (output) => ({ ...output, entry: null });
    const ran = await machine.secrets(["exec", APP_PASSWORD, "--", "touch", `${machine.home}/ran`]);
    expect(ran.code).toBe(8);
    expect(machine.exists("ran")).toBe(false);
  });
});

type Evidence = ReturnType<typeof service.signedBy>;

describe("AUD-2 log verify proves what others signed, and what was opened", () => {
  const verify = (...more: string[]) => machine.secrets(["log", "verify", ...more]);
  const newestView = (change: (view: ReturnType<typeof viewOf>) => unknown) => {
    service.tamper["/people/v1/proposals/list"] = ({ proposals }) => ({
      proposals: proposals.map((it, at) => (at === 0 ? change(it) : it)),
    });
  };
  type View = Parameters<NonNullable<(typeof service.tamper)["/people/v1/proposals/list"]>>[0];
  const viewOf = (view: View["proposals"][number]) => view;

  async function expectDiffers(phrase: string): Promise<void> {
    const ran = await verify();
    expect(ran.said).toContain(phrase);
    expect(ran.code).toBe(8);
  }

  it("proves the proposal, both approvals, and the opening", async () => {
    await get();
    const ran = await verify("--json");
    expect(ran.stderr).toBe("");
    const { entries } = JSON.parse(ran.stdout);
    expect(entries.map((it: { kind: string }) => it.kind)).toEqual([
      "proposal",
      "approval",
      "approval",
      "opening",
    ]);
    expect(entries.at(-1)).toMatchObject({ isRemembered: true });
  });

  it("finds an approval that another key has signed", async () => {
    const [line] = service.newest().lines;
    const index = line?.signed?.index ?? 0;
    const entry = JSON.parse(service.entries[index]?.toString("utf8") ?? "");
    const { statement, digest } = entry.evidence;
    const evidence = service.signedBy(service.cast.eve, statement, digest);
    const { credential } = entry.evidence.assertion;
    const forged = { ...evidence, assertion: { ...evidence.assertion, credential } };
    const lie = service.append(entry.events, forged);
    if (line?.signed) line.signed.index = lie;
    await expectDiffers("not by the key that the ledger names");
  });

  it("finds an approval under the key of somebody else than who is said to have signed", async () => {
    const [first, second] = service.newest().lines;
    if (first?.signed && second?.signed) first.signed.person = service.cast.eve.person;
    await expectDiffers("does not record the approval");
  });

  /** Records something else under the events of an entry that is there, and has the line name it. */
  const recordInstead = (of: "approval" | "proposal", change: (evidence: Evidence) => Evidence) => {
    const proposal = service.newest();
    const [line] = proposal.lines;
    const index = of === "approval" ? (line?.signed?.index ?? 0) : proposal.index;
    const { events, evidence } = JSON.parse(service.entries[index]?.toString("utf8") ?? "");
    const lie = service.append(events, change(evidence));
    if (of === "proposal") proposal.index = lie;
    else if (line?.signed) line.signed.index = lie;
  };
  const again = () =>
    machine.secrets(["request", APP_PASSWORD, "--why", "second", "--ticket", "OPS-43"], {
      meanwhile: everybodySigns(),
    });
  const evidenceAt = (index: number): Evidence =>
    JSON.parse(service.entries[index]?.toString("utf8") ?? "").evidence;

  it("finds an approval that somebody else's enrolled key has signed", async () => {
    const { eve } = service.cast;
    recordInstead("approval", (it) => service.signedBy(eve, it.statement, it.digest));
    await expectDiffers("with a key that the ledger names as somebody else's");
  });

  it("finds an approval that says this proposal, under a signature for another", async () => {
    const old = evidenceAt(service.newest().lines[0]?.signed?.index ?? 0);
    await again();
    recordInstead("approval", () => old);
    await expectDiffers("does not record the approval");
  });

  it("finds a proposal that says this one, under a signature for another", async () => {
    const old = evidenceAt(service.newest().index);
    await again();
    recordInstead("proposal", () => old);
    await expectDiffers("does not record the statement");
  });

  it("finds that what was signed from this machine is another statement", async () => {
    const first = service.newest().index;
    await again();
    machine.edit("recorded.json", (text) =>
      text.replaceAll(`"index": ${service.newest().index}`, `"index": ${first}`),
    );
    service.tamper["/people/v1/proposals/list"] = () => ({ proposals: [] });
    await expectDiffers("does not record the statement that was signed from this machine");
  });

  it("finds that an opening that this machine remembers is recorded no more", async () => {
    await get();
    const { index } = service.newest();
    machine.edit("recorded.json", (text) => {
      const recorded = JSON.parse(text);
      recorded.ledgers[service.ledgerOrigin].openings[0].index = index;
      return JSON.stringify(recorded);
    });
    await expectDiffers("does not record the opening that this machine remembers");
  });

  it("finds an approval of another proposal", async () => {
    const [old] = service.newest().lines;
    await again();
    const [line] = service.newest().lines;
    if (line?.signed && old?.signed) line.signed.index = old.signed.index;
    await expectDiffers("does not record the approval");
  });

  it("JIT-1 finds one person's signature on two lines", async () => {
    const [first, second] = service.newest().lines;
    if (first !== undefined && second !== undefined) second.signed = first.signed;
    await expectDiffers("counts one person's signature twice");
  });

  it("JIT-1 finds the caller's own signature on a line", async () => {
    const [line] = service.newest().lines;
    if (line?.signed) line.signed.person = service.cast.olivia.person;
    await expectDiffers("counts one person's signature twice");
  });

  it("JIT-1 finds what is in force without its signatures", async () => {
    const [line] = service.newest().lines;
    if (line !== undefined) line.signed = null;
    await expectDiffers("approved without its signatures");
  });

  it("finds a key that the ledger enrols for somebody else", async () => {
    service.tamper["/people/v1/log/key"] = () => ({ index: 2 });
    await expectDiffers("does not enrol the key");
  });

  it("finds an opening that no entry is named for", async () => {
    await get();
    newestView((view) => ({
      ...view,
      grant: view.grant && {
        ...view.grant,
        uses: view.grant.uses.map((it) => ({ ...it, releases: [] })),
      },
    }));
    await expectDiffers("has openings that it does not allow");
  });

  it("finds an opening whose entry records another one", async () => {
    await get();
    newestView((view) => ({
      ...view,
      grant: view.grant && {
        ...view.grant,
        uses: view.grant.uses.map((it) => ({
          ...it,
          releases: it.releases.map((release) => ({ ...release, index: view.index })),
        })),
      },
    }));
    await expectDiffers("does not record the opening");
  });

  it("proves what this machine remembers though the service lists nothing", async () => {
    await get();
    service.tamper["/people/v1/proposals/list"] = () => ({ proposals: [] });
    const { entries } = JSON.parse((await verify("--json")).stdout);
    expect(entries.map((it: { kind: string }) => it.kind)).toEqual(["act", "opening"]);
  });

  it("points out an opening on this device that this machine does not remember", async () => {
    await get();
    machine.forget("recorded.json");
    const ran = await verify();
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(
      /Entry \d+: r-\w{26} was opened, and[\s!]+this machine does not[\s!]+remember/,
    );
    expect(ran.stdout).toContain("secrets revoke device");
  });

  it("waits where the service asks it to come back later", async () => {
    service.refusals.set("/people/v1/log/key", "rate-limited");
    const ran = await machine.secrets(["log", "verify"], {
      meanwhile: [() => undefined, () => service.refusals.clear()],
    });
    expect(ran.code).toBe(0);
  });
});
