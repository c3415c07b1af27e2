import { generateKeyPairSync } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { toBase64url } from "@countersign/protocol/bytes";
import { canonicalise } from "@countersign/protocol/canonical";
import type { ReleaseMessage } from "@countersign/protocol/release-message";
import { encodeStatement, statement as statementSchema } from "@countersign/protocol/statement";
import { beforeEach, describe, expect, it } from "vitest";
import {
  ASK,
  changeDraft,
  everybodySigns,
  type Loose,
  machine,
  reseal,
  service,
  useFreshWorld,
} from "./testing/fresh-world.ts";
import { APP_PASSWORD, CANARY, EVE, OTHER_DEVICE, REPORT_KEY } from "./testing/test-cast.ts";
import { makeP256 } from "./testing/test-ledger.ts";

useFreshWorld();

describe("JIT-1 a draft that says something else than was asked is never shown for signing", () => {
  const report = () => service.secrets.get(REPORT_KEY)?.secret;
  const lies: [string, (statement: Loose & { body: Loose }) => void, string][] = [
    [
      "another device",
      (it) => Object.assign(it.body.recipient as Loose, { device: OTHER_DEVICE }),
      "the value would go to another device",
    ],
    [
      "more openings",
      (it) => Object.assign(it.body, { maxUses: 50 }),
      "it allows another number of openings",
    ],
    [
      "a longer time",
      (it) => Object.assign(it.body, { expiresAt: "2099-01-01T00:00:00Z" }),
      "it lasts for another time",
    ],
    [
      "another secret",
      (it) =>
        Object.assign((it.body.secrets as Loose[])[0] ?? {}, {
          name: REPORT_KEY,
          secret: report(),
        }),
      "it names other secrets",
    ],
    [
      "one secret more",
      (it) =>
        (it.body.secrets as Loose[]).push({
          ...(it.body.secrets as Loose[])[0],
          name: REPORT_KEY,
          secret: report(),
        }),
      "it names other secrets",
    ],
    [
      "a justification that does not open",
      (it) => Object.assign(it.body, { justification: it.body.ticket }),
      "the justification differs",
    ],
    [
      "another ticket",
      (it) => Object.assign(it.body, { ticket: it.body.justification }),
      "the ticket differs",
    ],
    [
      "another signer",
      (it) => Object.assign(it.signer as Loose, { person: EVE.person }),
      "another person would sign it",
    ],
    ["another tenant", (it) => Object.assign(it, { tenant: "globex" }), "it is of another tenant"],
    [
      "another day",
      (it) => Object.assign(it, { draftedAt: "2026-01-01T00:00:00Z" }),
      "it is dated at another time",
    ],
    [
      "years to sign",
      (it) => Object.assign(it, { signBy: "2090-01-01T00:00:00Z" }),
      "the time to sign is wrong",
    ],
    [
      "metadata that is not shown",
      (it) => Object.assign((it.body.secrets as Loose[])[0] ?? {}, { policy: it.floor }),
      "the metadata of a secret is not shown",
    ],
  ];
  it.each(lies)("%s", async (_, lie, phrase) => {
    changeDraft(lie);
    const asked = await machine.secrets(ASK);
    expect(asked.code).toBe(8);
    expect(asked.said).toContain(phrase);
    expect(asked.stdout).toBe("");
    expect(asked.stdout + asked.said).not.toContain("/d/x-");
  });

  it("another kind of act", async () => {
    service.tamper["/people/v1/drafts"] = (output) => {
      const json = JSON.parse(
        Buffer.from(output.statement, "base64url").toString("utf8"),
      ) as Loose & { body: Loose };
      const withdraw = {
        ...json,
        kind: "withdraw",
        body: { proposal: json.floor, reason: null },
      };
      return {
        ...output,
        statement: toBase64url(encodeStatement(statementSchema.parse(withdraw))),
      };
    };
    const asked = await machine.secrets(ASK);
    expect(asked.code).toBe(8);
    expect(asked.said).toContain("another kind of act");
  });

  it("a statement in a form that no statement has", async () => {
    service.tamper["/people/v1/drafts"] = (output) => {
      const json = JSON.parse(Buffer.from(output.statement, "base64url").toString("utf8")) as Loose;
      return {
        ...output,
        statement: toBase64url(Buffer.from(canonicalise({ ...json, note: "x" }))),
      };
    };
    const asked = await machine.secrets(ASK);
    expect(asked.code).toBe(8);
    expect(asked.said).toContain("not a statement that this version of secrets knows");
  });

  it("a statement in another encoding of the same", async () => {
    service.tamper["/people/v1/drafts"] = (output) => ({
      ...output,
      statement: toBase64url(
        Buffer.concat([Buffer.from(" "), Buffer.from(output.statement, "base64url")]),
      ),
    });
    expect((await machine.secrets(ASK)).code).toBe(8);
  });

  it("a link that leads elsewhere", async () => {
    service.tamper["/people/v1/drafts"] = (output) => ({
      ...output,
      link: "http://desk.localhost.evil.example/d/1",
    });
    const asked = await machine.secrets(ASK);
    expect(asked.code).toBe(8);
    expect(asked.stdout + asked.said).not.toContain("evil.example");
  });

  it("a checkpoint of another history inside the statement", async () => {
    changeDraft((it) => Object.assign(it.checkpoint as Loose, { root: it.floor }));
    const asked = await machine.secrets(ASK);
    expect(asked.code).toBe(8);
    expect(asked.said).toContain("does not continue the history");
  });

  it("the opposite of what was asked about a proposal", async () => {
    await machine.secrets(ASK, { meanwhile: [() => service.sign()] });
    changeDraft((it) => Object.assign(it.body, { proposal: it.floor }));
    const asked = await machine.secrets(["approve", service.newest().digest]);
    expect(asked.code).toBe(8);
    expect(asked.said).toContain("another proposal");
  });

  it("a proposal other than the id that was named", async () => {
    await machine.secrets(ASK, { meanwhile: [() => service.sign()] });
    const first = service.newest();
    await machine.secrets(ASK, { meanwhile: [() => service.sign()] });
    const second = service.newest();
    service.tamper["/people/v1/proposals/show"] = (output) => ({
      ...output,
      statement: toBase64url(second.bytes),
      proposal: second.digest,
    });
    const asked = await machine.secrets(["approve", first.digest]);
    expect(asked.code).toBe(8);
    expect(asked.said).toContain("another proposal");
  });
});

describe("a value is taken only from the pinned key service, and only as asked", () => {
  beforeEach(async () => {
    await machine.secrets([...ASK, "--uses", "3"], { meanwhile: everybodySigns() });
  });
  const get = () => machine.secrets(["get", APP_PASSWORD]);
  const tamperRelease = (change: (output: ReleaseMessage) => unknown) => {
    service.tamper["/people/v1/grants/open"] = (output) => change(output);
  };
  /** Tampering is asynchronous here: the answer is a promise, which the server awaits. */
  const expectRejected = async () => {
    const got = await get();
    expect(got.code).toBe(8);
    expect(got.stdout).toBe("");
    expect(got.said).not.toContain("another value");
  };

  it("refuses a wrong signature", async () => {
    tamperRelease((it) => ({ ...it, signature: `${it.signature.slice(0, -6)}AAAAAA` }));
    await expectRejected();
  });
  it("refuses another signer's release", async () => {
    reseal({}, { key: makeP256().key });
    await expectRejected();
  });
  it("refuses another use, though it is signed", async () => {
    reseal({ use: 2 });
    await expectRejected();
  });
  it("refuses another device's release, though it is signed", async () => {
    reseal({ device: OTHER_DEVICE });
    await expectRejected();
  });
  it("refuses another version than the approved one, though it is signed", async () => {
    reseal({ secretVersion: 4 });
    const got = await get();
    expect(got.code).toBe(8);
    expect(got.said).toContain("another version of the secret");
  });
  it("refuses a release that was sealed to another key", async () => {
    tamperRelease((it) => ({ ...it, enc: toBase64url(otherPoint()) }));
    await expectRejected();
  });
  it("refuses a truncated ciphertext", async () => {
    tamperRelease((it) => ({ ...it, ciphertext: it.ciphertext.slice(0, 24) }));
    await expectRejected();
  });
  it("refuses the release of an earlier use replayed for the next", async () => {
    let kept: ReleaseMessage | null = null;
    tamperRelease((it) => {
      const answer = kept ?? it;
      kept = answer;
      return answer;
    });
    expect((await get()).stdout).toBe(CANARY);
    await expectRejected();
  });
  it("refuses an answer with a member that the contract does not have", async () => {
    tamperRelease((it) => ({ ...it, hint: "x" }));
    const got = await get();
    expect(got.code).toBe(8);
    expect(got.said).toContain("does not speak as the key service does");
  });
  it("refuses a view whose statement is not its proposal, where this machine knows of neither", async () => {
    rmSync(join(machine.home, "config/countersign/default/requests"), { recursive: true });
    service.tamper["/people/v1/proposals/list"] = (output) => ({
      proposals: output.proposals.map((it) => {
        const json = JSON.parse(Buffer.from(it.statement, "base64url").toString("utf8"));
        json.body.maxUses = 100;
        return { ...it, statement: toBase64url(encodeStatement(statementSchema.parse(json))) };
      }),
    });
    const got = await get();
    expect(got.code).toBe(8);
    expect(got.said).toContain("another statement");
  });
  it("refuses a view whose statement is not the one that was signed", async () => {
    service.tamper["/people/v1/proposals/list"] = (output) => ({
      proposals: output.proposals.map((it) => ({
        ...it,
        proposal: toBase64url(Buffer.alloc(32, 1)),
      })),
    });
    const got = await get();
    expect(got.code).toBe(8);
    expect(got.said).toContain("another statement");
  });
});

describe("a value is sealed only to the pinned key service", () => {
  it("refuses an intake key that the pinned key did not sign, and sends nothing", async () => {
    service.tamper["/people/v1/intake"] = (output) => ({
      ...output,
      publicKey: toBase64url(otherPoint()),
    });
    const put = await machine.secrets(["put", APP_PASSWORD, "--stdin"], { stdin: "new-value" });
    expect(put.code).toBe(8);
    expect(service.calls.some((it) => it.path === "/people/v1/drafts")).toBe(false);
  });

  it("refuses a draft that stores another value than the one that was sealed", async () => {
    changeDraft((it) => Object.assign(it.body.value as Loose, { sealed: it.floor }));
    const put = await machine.secrets(["put", APP_PASSWORD, "--stdin"], { stdin: "new-value" });
    expect(put.code).toBe(8);
    expect(put.said).toContain("another value than the one");
  });
});

describe("what a hostile service writes cannot act on the terminal", () => {
  it("L6 escape sequences, direction marks and line feeds in sentences are made visible", async () => {
    service.tamper["/people/v1/secrets/show"] = (output) => ({
      ...output,
      type: "\u001b[2Jx\u202e",
      warnings: ["a\u0007\u009b31m\nforged line"],
    });
    const ran = await machine.secrets(["show", APP_PASSWORD], {
      tty: true,
      env: { NO_COLOR: "1" },
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(ran.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(ran.stdout).toContain("\ufffd[2Jx\ufffd");
  });
});

function otherPoint(): Buffer {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return publicKey.export({ format: "der", type: "spki" }).subarray(-65);
}
