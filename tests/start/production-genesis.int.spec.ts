import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { draftId } from "@countersign/protocol/ids";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { consoleCall } from "../support/console.ts";
import { DatabaseAttacker } from "../support/database-attacker.ts";
import { startOutcome, stopKeyService } from "../support/dba-room.ts";
import { startTestGateway } from "../support/gateway.ts";
import { type Installation, startInstallation } from "../support/installation.ts";
import { eventsOf, readLedger } from "../support/ledger-reader.ts";
import { TestPerson } from "../support/people.ts";
import {
  FOUNDERS,
  makersKey,
  type ProductionFiles,
  strangersKey,
  writeProductionFiles,
} from "../support/production.ts";

/* A company begins: real processes, two witnesses, hardware keys with their maker's certificate. */
describe("the genesis of a production installation", () => {
  let files: ProductionFiles;
  let installation: Installation;

  beforeAll(async () => {
    files = writeProductionFiles();
    installation = await startInstallation({
      environment: files.environment,
      furtherWitnesses: 1,
    });
  });
  afterAll(async () => {
    await installation?.stop();
    files?.remove();
  });

  const links = () => installation.people().map((it) => it.enrolmentLink);
  const start = (environment: Readonly<Record<string, string>> = {}) =>
    startOutcome(installation, environment);

  it("ID-1 hands out one link a person in a file that only its owner reads, and in no log", () => {
    const [company] = FOUNDERS.tenants;
    expect(installation.people().map((it) => it.name)).toEqual(
      company?.people.map((it) => it.name),
    );
    expect(statSync(join(installation.stateDir, "people.json")).mode & 0o777).toBe(0o600);
    expect(new Set(links()).size).toBe(6);
    const output = installation.keyService().output();
    expect(output).toContain("people.json");
    for (const link of links()) {
      expect(link).toMatch(/^https:\/\/desk\.example\.com\/enrol#[\w-]{43}$/);
      expect(output).not.toContain(new URL(link).hash.slice(1));
    }
    for (const { name } of company?.people ?? []) expect(output).not.toContain(name);
  });

  it("AUD-1 begins the ledger with who, which keys and how many witnesses, and with no name", async () => {
    const entries = await readLedger(installation.database);
    const [first] = entries;
    const [genesis] = eventsOf(entries, "GenesisDeclared");
    expect(genesis).toMatchObject({
      type: "GenesisDeclared",
      mode: "production",
      deskOrigin: "https://desk.example.com",
      tenants: ["initech"],
      witnessQuorum: 2,
      tenantKeks: [{ tenant: "initech", label: "kek/initech/v1" }],
    });
    expect(genesis?.witnesses).toHaveLength(2);
    expect(genesis?.people).toHaveLength(6);
    expect(
      entries.filter((it) => it.events.some((event) => event.type === "GenesisDeclared")),
    ).toHaveLength(1);
    const text = JSON.stringify(first);
    for (const { name } of FOUNDERS.tenants[0]?.people ?? []) expect(text).not.toContain(name);
    for (const link of links()) expect(text).not.toContain(new URL(link).hash.slice(1));
  });

  it("DEL-1 L16 serves the gateway that the file names, by a credential that stands nowhere", async () => {
    const { gatewayCredentialFile } = files;
    const gateway = await startTestGateway(installation, {
      COUNTERSIGN_GATEWAY_CREDENTIAL_FILE: gatewayCredentialFile,
    });
    await gateway.stop(); // it was ready: the key service had welcomed it
    const [genesis] = eventsOf(await readLedger(installation.database), "GenesisDeclared");
    expect(genesis?.gateways).toMatchObject([{ tenants: ["initech"], environments: ["dev"] }]);
    const credential = readFileSync(gatewayCredentialFile, "utf8");
    expect(JSON.stringify(genesis)).not.toContain(credential);
    expect(installation.keyService().output()).not.toContain(credential);
  });

  it("L23 enrols no key without a certificate of a maker that the company trusts, and none that can be copied", async () => {
    const refusals = [
      [{}, /approved model/],
      [strangersKey, /approved model/],
      [
        { ...makersKey, aaguid: "00000000-0000-4000-8000-000000000001" },
        /approved model|not accepted/,
      ],
      [{ ...makersKey, backupEligible: true }, /can be copied/],
    ] as const;
    for (const [make, sentence] of refusals)
      await expect(TestPerson.enrol(installation, "Ada", make)).rejects.toThrow(sentence);
    const forAnybody = TestPerson.enrol(installation, "Finn", {
      ...makersKey,
      backupEligible: true,
    });
    await expect(forAnybody).rejects.toThrow(/can be copied/);
    expect(eventsOf(await readLedger(installation.database), "KeyEnrolled")).toEqual([]);
  });

  it("ID-2 two officers enrol with attested keys, and together give somebody a role", async () => {
    const ada = await TestPerson.enrol(installation, "Ada", makersKey);
    const bo = await TestPerson.enrol(installation, "Bo", makersKey);
    const finn = installation.people().find((it) => it.name.startsWith("Finn"));
    const act = {
      act: "change-role",
      person: finn?.person,
      after: [{ role: "security-admin", service: null }],
    };
    const drafted = await consoleCall(installation, "/console/v1/drafts", {
      tenant: "initech",
      person: ada.person,
      act,
    });
    expect(drafted.status).toBe(200);
    const [asked] = await ada.mustSign([draftId.parse(drafted.json.draft)]);
    await bo.identify();
    const inbox = await bo.desk("/desk/v1/inbox", {});
    expect(asked?.refused).toBeNull();
    expect(inbox.ok).toBe(true);
    const [waiting] = inbox.ok ? inbox.value.waiting : [];
    if (waiting === undefined) throw new Error("Bo's inbox has the proposal");
    expect(await bo.decide(waiting.proposal, "approve")).toMatchObject([{ refused: null }]);
    expect(eventsOf(await readLedger(installation.database), "RolesChanged")).toMatchObject([
      { person: finn?.person, roles: [{ role: "security-admin", service: null }] },
    ]);
  });

  it("starts again with the same settings, does not read the genesis file, and says so", async () => {
    const before = links();
    const gone = { ...files.environment, COUNTERSIGN_GENESIS_FILE: "/nowhere/genesis.json" };
    expect(await start(gone)).toBe("serves");
    expect(installation.keyService().output()).toContain("the genesis file is not read");
    expect(links()).toEqual(before);
  });

  it.each([
    [{ COUNTERSIGN_DESK_HOST: "0.0.0.0" }, /in clear on 0\.0\.0\.0.*COUNTERSIGN_DESK_TLS_CERT/],
    [{ COUNTERSIGN_WITNESS_QUORUM: "1" }, /COUNTERSIGN_WITNESS_QUORUM is 1/],
    [
      { COUNTERSIGN_GENESIS: "development", COUNTERSIGN_GENESIS_FILE: "" },
      /COUNTERSIGN_GENESIS is development.*begun as production/,
    ],
    [{ COUNTERSIGN_DESK_ORIGIN: "https://other.example.com" }, /were made for desk\.example\.com/],
    [
      { COUNTERSIGN_ATTESTATION_ROOTS_DIR: "", COUNTERSIGN_ATTESTATION_AAGUIDS_FILE: "" },
      /COUNTERSIGN_ATTESTATION_ROOTS_DIR/,
    ],
  ])("NET-1 refuses to start with %j, and says what to do", async (change, sentence) => {
    expect(await start(change)).toMatch(sentence);
  });

  it("AUD-2 makes no second genesis where the database was emptied: state folder and witnesses remember", async () => {
    await stopKeyService(installation);
    const dba = await DatabaseAttacker.of(installation.database);
    await dba.rows("DELETE FROM keyservice.ledger_entry");
    await dba.rows("DELETE FROM keyservice.tree_head");
    const before = links();
    expect(await start()).toMatch(/remembers \d+ entries/);
    rmSync(join(installation.stateDir, "checkpoint"));
    expect(await start()).toMatch(/witness.*remembers \d+ entries/);
    expect(await dba.rows("SELECT index FROM keyservice.ledger_entry")).toEqual([]);
    expect(links()).toEqual(before);
    await dba.end();
  });
});

describe("a production genesis that cannot be", () => {
  const refusedWith = async (
    change: Readonly<Record<string, string>>,
    genesis?: unknown,
    furtherWitnesses = 1,
  ): Promise<string> => {
    const files = writeProductionFiles(genesis);
    try {
      const environment = { ...files.environment, ...change };
      const unwanted = await startInstallation({ environment, furtherWitnesses });
      await unwanted.stop();
      return "serves";
    } catch (error) {
      return error instanceof Error ? error.message : "";
    } finally {
      files.remove();
    }
  };

  it("is refused with too few people, and with mistakes in the file, each named", async () => {
    const [company] = FOUNDERS.tenants;
    const few = { ...FOUNDERS, tenants: [{ ...company, people: company?.people.slice(1) }] };
    expect(await refusedWith({}, few)).toMatch(/needs 3 people with the role officer and names 2/);
    const mistaken = {
      ...FOUNDERS,
      tenants: [{ tenant: "Initech", people: [{ name: "A\u202eB", roles: [{ role: "king" }] }] }],
    };
    const refused = await refusedWith({}, mistaken);
    expect(refused).toContain("COUNTERSIGN_GENESIS_FILE");
    expect(refused).toMatch(/tenants\.0\.tenant.*tenants\.0\.people\.0\.name/);
    expect(refused).not.toContain("king");
  });

  it("is refused on http, and with one witness", async () => {
    const refused = await refusedWith(
      {
        COUNTERSIGN_DESK_ORIGIN: "http://desk.localhost:8460",
        COUNTERSIGN_WITNESS_QUORUM: "1",
      },
      FOUNDERS,
      0,
    );
    expect(refused).toMatch(/over https only.*COUNTERSIGN_WITNESS_QUORUM is 1/);
  });
});
