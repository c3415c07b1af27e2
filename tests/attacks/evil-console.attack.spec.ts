import type { Act } from "@countersign/protocol/acts";
import { fromBase64url } from "@countersign/protocol/bytes";
import { listDigest } from "@countersign/protocol/digest";
import type { DraftId, PersonId } from "@countersign/protocol/ids";
import { instant } from "@countersign/protocol/instants";
import type { SecretName, TenantId } from "@countersign/protocol/names";
import { openStatement } from "@countersign/protocol/openings";
import {
  PEOPLE_API,
  type PeopleApiInput,
  type PeopleApiPath,
} from "@countersign/protocol/people-api";
import { type Rendering, render } from "@countersign/protocol/rendering";
import { statementDigest } from "@countersign/protocol/statement";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { consoleCall } from "../support/console.ts";
import { type Installation, startInstallation } from "../support/installation.ts";
import { eventsOf, readLedger } from "../support/ledger-reader.ts";
import { call, TestDevice, type TestPerson, value } from "../support/people.ts";
import {
  ask,
  askAndApprove,
  asking,
  type Cast,
  enrolCast,
  recipientKey,
  register,
  registration,
  SECRET,
} from "../support/story.ts";

/*
 * The console is not trusted. This program has all that an attacker who owns it would have: its RPC
 * credential, its database role, and the network; and it may lie to honest people about what they sign.
 * Honest people sign only what the desk shows them, when it is what they meant.
 */
describe("evil-console", () => {
  let installation: Installation;
  let cast: Cast;
  let evesLaptop: TestDevice;
  const acme = "acme" as TenantId;
  const id = (person: TestPerson) => person.person as PersonId;

  const draftFor = (person: TestPerson, act: Act, tenant: TenantId = acme) =>
    consoleCall(installation, "/console/v1/drafts", { tenant, person: id(person), act });

  /** What the desk would show of a draft. */
  const shown = async (draft: DraftId): Promise<Rendering> => {
    const [read] = value(
      await call(installation, "/desk/v1/drafts/read", { drafts: [draft] }),
    ).drafts;
    const opened = await openStatement(
      fromBase64url(read?.statement ?? "") ?? new Uint8Array(),
      read?.openings ?? never(),
    );
    if (!opened.ok) throw new Error(opened.error.message);
    return render(opened.value);
  };
  const opens = async () =>
    eventsOf(await readLedger(installation.database), "ReleaseIntended").length;
  const refusals = async () => eventsOf(await readLedger(installation.database), "Refused").length;

  beforeAll(async () => {
    installation = await startInstallation();
    cast = await enrolCast(installation);
    evesLaptop = await TestDevice.login(cast.eve, "Eve's laptop");
    await register(cast);
  });
  afterAll(() => installation?.stop());

  it("JIT-2 L26 whatever the console changes in a request is seen at the desk, or refused", async () => {
    const honest = asking(cast.laptop);
    const drafted = await draftFor(cast.olivia, honest);
    expect(drafted.status).toBe(200);
    const meant = visible(await shown(drafted.json.draft as DraftId));
    const other = "payments/prod/postgres/admin-password" as SecretName;
    await register(cast, registration(other));
    const lies: [string, Act][] = [
      ["another secret", { ...honest, secrets: [other] }],
      ["a further secret", { ...honest, secrets: [SECRET, other] }],
      ["a secret twice", { ...honest, secrets: [SECRET, SECRET] }],
      ["its own device", { ...honest, device: evesLaptop.device }],
      ["a longer time", { ...honest, durationSeconds: 8 * 3600 }],
      ["more openings", { ...honest, maxUses: 50 }],
      ["another reason", { ...honest, justification: "Routine check" }],
      ["another ticket", { ...honest, ticket: "PAY-9999" }],
      ["a later beginning", { ...honest, notBefore: instant.parse("2099-01-01T00:00:00Z") }],
    ];
    for (const [lie, act] of lies) {
      const answer = await draftFor(cast.olivia, act);
      if (answer.status !== 200) continue;
      expect(visible(await shown(answer.json.draft as DraftId)), lie).not.toEqual(meant);
    }
  });

  it("L25 its credential reaches nothing but drafting", async () => {
    for (const path of Object.keys(PEOPLE_API)) {
      expect((await consoleCall(installation, path, {})).status, path).toBe(404);
    }
    for (const path of Object.keys(PEOPLE_API) as PeopleApiPath[]) {
      if (PEOPLE_API[path].caller === "none") continue;
      const headers = { authorization: `Bearer ${installation.consoleCredential()}`, cookie: "" };
      const answer = await call(installation, path, {} as PeopleApiInput<typeof path>, { headers }); // a console sends what it likes
      expect(answer.ok, path).toBe(false);
    }
  });

  it("AUD-2 its database role reads projections and writes nothing", async () => {
    const client = new pg.Client({ connectionString: installation.database.consoleUrl });
    await client.connect();
    const { rows } = await client.query<{ schema: string; table: string }>(
      `SELECT n.nspname AS schema, c.relname AS table FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname IN ('keyservice', 'projection')`,
    );
    expect(rows.length).toBeGreaterThan(5);
    for (const { schema, table } of rows) {
      const name = `${schema}."${table}"`;
      const tries = [
        `INSERT INTO ${name} DEFAULT VALUES`,
        `DELETE FROM ${name}`,
        `TRUNCATE ${name}`,
        `DROP TABLE ${name}`,
      ];
      if (schema === "keyservice") tries.push(`SELECT * FROM ${name}`);
      for (const sql of tries)
        await expect(client.query(sql), sql).rejects.toThrow(/permission denied|must be owner/);
    }
    for (const sql of [
      "SET ROLE countersign_key_service",
      "CREATE SCHEMA mine",
      "ALTER ROLE CURRENT_USER BYPASSRLS",
    ]) {
      await expect(client.query(sql), sql).rejects.toThrow();
    }
    await client.end();
  });

  it("JIT-2 a signature for one statement is worth nothing for another", async () => {
    const { laptop, olivia, sam, priya } = cast;
    const before = await refusals();
    const small = await laptop.draft(asking(laptop));
    const large = await laptop.draft(asking(laptop, { maxUses: 50, durationSeconds: 8 * 3600 }));
    const signed = olivia.key.sign({ challenge: await digestOf(installation, small.draft) });
    const swapped = await call(installation, "/desk/v1/drafts/sign", {
      drafts: [large.draft],
      assertion: signed,
    });
    expect(swapped).toMatchObject({ ok: false, code: "assertion-rejected" });

    const asked = await ask(cast);
    const approvals = value(
      await sam.desk("/desk/v1/proposals/decide", {
        proposals: [asked.proposal],
        decision: "approve",
        reason: null,
      }),
    );
    const [approval] = approvals.drafts;
    if (approval === undefined) throw new Error("one proposal, one draft");
    const digest = await digestOf(installation, approval);
    const bySam = sam.key.sign({ challenge: digest });
    for (const [how, drafts, assertion] of [
      ["Priya's key on Sam's draft", [approval], priya.key.sign({ challenge: digest })],
      ["Eve's key on Sam's draft", [approval], cast.eve.key.sign({ challenge: digest })],
      ["a list with more than was signed", [approval, large.draft], bySam],
      ["the draft twice", [approval, approval], bySam],
    ] as const) {
      const answer = await call(installation, "/desk/v1/drafts/sign", {
        drafts: [...drafts],
        assertion,
      });
      expect(answer.ok, how).toBe(false);
    }
    const listed = sam.key.sign({ challenge: await listDigest([digest]) });
    const asList = await call(installation, "/desk/v1/drafts/sign", {
      drafts: [approval],
      assertion: listed,
    });
    expect(asList).toMatchObject({ ok: false, code: "assertion-rejected" });

    const honest = value(
      await call(installation, "/desk/v1/drafts/sign", {
        drafts: [approval],
        assertion: sam.key.sign({ challenge: digest }),
      }),
    );
    expect(honest.outcomes[0]?.refused).toBeNull();
    const again = await call(installation, "/desk/v1/drafts/sign", {
      drafts: [approval],
      assertion: sam.key.sign({ challenge: digest }),
    });
    expect(again.ok ? again.value.outcomes[0]?.refused?.code : again.code).toBe("nonce-used");
    expect(await refusals()).toBeGreaterThanOrEqual(before + 5);
  });

  it("L20 L26 L28 nobody approves their own, whichever way the console drafts it", async () => {
    const asked = await ask(cast);
    const tries = [
      ["the requester", cast.olivia],
      ["somebody without rights", cast.eve],
    ] as const;
    for (const [who, person] of tries) {
      const drafted = await draftFor(person, {
        act: "approve",
        proposal: asked.proposal,
        reason: null,
      });
      expect(drafted.status, who).toBe(200);
      const [outcome] = await person.sign([drafted.json.draft as DraftId]);
      expect(outcome?.accepted, who).toBeNull();
    }
    const foreign = await draftFor(
      cast.ingrid,
      { act: "approve", proposal: asked.proposal, reason: null },
      "globex" as TenantId,
    );
    expect(foreign.status).toBe(404);
    await cast.sam.decide(asked.proposal, "approve");
    const twice = await cast.sam.decide(asked.proposal, "approve");
    expect(twice[0]?.refused?.code).toBe("same-person-twice");
    const opened = await cast.laptop.call("/people/v1/grants/open", {
      request: asked.request,
      secret: asked.secret,
      use: 1,
      recipientKey: recipientKey(),
    });
    expect(opened).toMatchObject({ ok: false, code: "not-approved" });
  });

  it("JIT-1 a grant opens on the device that was named, for nobody else", async () => {
    const before = await opens();
    const asked = await askAndApprove(cast);
    const second = await TestDevice.login(cast.olivia, "Olivia's other laptop");
    const input = {
      request: asked.request,
      secret: asked.secret,
      use: 1,
      recipientKey: recipientKey(),
    };
    expect(await second.call("/people/v1/grants/open", input)).toMatchObject({
      ok: false,
      code: "other-device",
    });
    expect(await evesLaptop.call("/people/v1/grants/open", input)).toMatchObject({
      ok: false,
      code: "not-found",
    });
    expect(await opens()).toBe(before);
    expect((await cast.laptop.call("/people/v1/grants/open", input)).ok).toBe(true);
    expect(await opens()).toBe(before + 1);
  });
});

/** What a person can compare: everything shown but what is new in every draft. */
function visible({ title, sentences, fields }: Rendering): unknown {
  const fresh = new Set(["Sign by", "From", "Until", "Request"]);
  const length = fields
    .filter((field) => field.label === "From" || field.label === "Until")
    .map((it) => it.value);
  const [from = "", until = ""] = length;
  const lasts = Date.parse(until) - Date.parse(from);
  const begins = from.slice(0, 10);
  return {
    title,
    sentences: sentences.map((it) => it.replace(/enrolled .* ago/, "")),
    lasts,
    begins,
    fields: fields.filter((it) => !fresh.has(it.label)),
  };
}

async function digestOf(installation: Installation, draft: DraftId) {
  const [read] = value(
    await call(installation, "/desk/v1/drafts/read", { drafts: [draft] }),
  ).drafts;
  return statementDigest(fromBase64url(read?.statement ?? "") ?? new Uint8Array());
}

function never(): never {
  throw new Error("a draft that was read has openings");
}
