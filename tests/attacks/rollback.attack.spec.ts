import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalise } from "@countersign/protocol/canonical";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DatabaseAttacker } from "../support/database-attacker.ts";
import {
  createDbaRoom,
  type DbaRoom,
  openAll,
  opensAll,
  startOutcome,
  stopKeyService,
} from "../support/dba-room.ts";
import { AGAIN_SOON, eventually, filesWritten, outputWritten } from "../support/eventually.ts";
import type { Installation } from "../support/installation.ts";
import { witnessCheckpoint } from "../support/ledger-audit.ts";
import { readLedger } from "../support/ledger-reader.ts";
import { askAndApprove } from "../support/story.ts";
import {
  copyDatabase,
  copyFolder,
  type DatabaseCopy,
  emptyTwin,
  exchangeDatabases,
  Forger,
  makeServiceKeys,
  tokenAt,
  withNewKek,
  withoutKey,
} from "../support/yesterday.ts";

const FULL = process.env.COUNTERSIGN_PROVE === "full";
const ADVICE = /Nothing will be appended or released on this history\. Restore the database/;
const WITNESS = /witness witness\.localhost\/1 remembers \d+ entries/;
const MISSING = /entries are missing/;
const CHANGED = /entries were changed/;

/*
 * Whoever keeps the backups, or the database, or even the log's own key, puts an older or another history in the
 * place of this one. What remembers outside the database notices, and names itself.
 */
describe("rollback", () => {
  let room: DbaRoom;
  let installation: Installation;
  let yesterday: { readonly database: DatabaseCopy; readonly state: string };

  beforeAll(async () => {
    room = await createDbaRoom();
    installation = room.installation;
    await stopKeyService(installation);
    const state = copyFolder(installation, installation.stateDir);
    yesterday = { database: await copyDatabase(installation), state };
    await installation.startKeyService();
    // Today: something that yesterday does not know.
    for (const person of [room.cast.sam, room.cast.priya]) await person.identify();
    await askAndApprove(room.cast, { justification: "What happened today" });
    // An opening is cosigned before its value leaves; what people sign soon after it counts.
    await openAll(room);
    await settle();
  });
  afterAll(async () => {
    await yesterday?.database.drop();
    await installation?.stop();
  });

  /** Starts on what is given, on today's where nothing is; ends again what serves. */
  async function start(on: {
    readonly database?: DatabaseCopy;
    readonly state?: string;
    readonly env?: Readonly<Record<string, string>>;
  }): Promise<string> {
    const environment = {
      ...(on.database === undefined ? {} : { COUNTERSIGN_DATABASE_URL: on.database.url }),
      ...(on.state === undefined ? {} : { COUNTERSIGN_STATE_DIR: on.state }),
      ...on.env,
    };
    return startOutcome(installation, environment);
  }

  /** Starts, waits until the witness has cosigned all there is, and stops: from here on it remembers everything. */
  async function settle(): Promise<void> {
    expect(await start({})).toBe("serves");
    const size = (await readLedger(installation.database)).length;
    const kept = filesWritten(join(installation.witnessDir, "checkpoints"));
    await eventually(
      "the last cosignature",
      kept,
      () => witnessCheckpoint(installation.witnessDir).size,
      (it) => it >= size,
    );
    await kept.close();
    await stopKeyService(installation);
  }

  /** Everything as it should be serves, and every value is right. */
  async function servesToday(): Promise<void> {
    expect(await start({})).toBe("serves");
    expect(await openAll(room)).toBe("right right right");
    await stopKeyService(installation);
  }

  /** Waits until the running service has written such a line. */
  const says = (sentence: RegExp) => {
    const service = installation.keyService();
    const isSaid = (output: string) => sentence.test(output);
    return eventually(`${sentence}`, outputWritten(service), service.output, isSaid);
  };

  const freshState = () => {
    const state = copyFolder(installation, installation.stateDir);
    rmSync(join(state, "checkpoint"));
    return state;
  };

  it("AUD-2 yesterday's database is refused by the checkpoint file, which names itself", async () => {
    const refusal = await start({ database: yesterday.database });
    expect(refusal).toContain(`${join(installation.stateDir, "checkpoint")} remembers`);
    expect(refusal).toMatch(MISSING);
    expect(refusal).toMatch(ADVICE);
  });

  it("AUD-2 yesterday's database with yesterday's state folder, or with none, is refused by the witness alone", async () => {
    for (const state of [yesterday.state, freshState()]) {
      const refusal = await start({ database: yesterday.database, state });
      expect(refusal).toMatch(WITNESS);
      expect(refusal).toMatch(MISSING);
      expect(refusal).toMatch(ADVICE);
    }
  });

  it("AUD-2 today's database with yesterday's state folder serves: it continues what the folder remembers", async () => {
    expect(await start({ state: copyFolder(installation, yesterday.state) })).toBe("serves");
    expect(await openAll(room)).toBe("right right right");
    await stopKeyService(installation);
    await servesToday();
  });

  it("AUD-2 with nothing outside that remembers, nothing is served", async () => {
    const nobody = join(installation.folder, "nobody.json");
    const [witness] = JSON.parse(readFileSync(installation.witnessesFile, "utf8"));
    // Nothing listens at port 1 of loopback.
    writeFileSync(nobody, JSON.stringify([{ ...witness, url: "http://127.0.0.1:1" }]));
    const env = { COUNTERSIGN_WITNESSES_FILE: nobody };
    const refusal = await start({ database: yesterday.database, state: freshState(), env });
    expect(refusal).toMatch(/nothing outside the database vouches for its \d+ entries/);
    expect(refusal).toMatch(/Start the witnesses, or put the file back/);

    // The checkpoint file alone remembers.
    expect(await start({ database: yesterday.database, env })).toMatch(MISSING);

    // Both copies are of yesterday and the witness is silent: it starts, and opens nothing.
    const both = { database: yesterday.database, state: copyFolder(installation, yesterday.state) };
    expect(await start({ ...both, env })).toBe("serves");
    const { mine, other, foreign } = room;
    const opened = await Promise.all([mine, other, foreign].map((it) => it.recipient.open()));
    expect(opened).toEqual(Array(3).fill({ ok: false, code: "unavailable" }));
    await stopKeyService(installation);
    // It has forked its own history there: the witness, back again, refuses it for ever.
    expect(await start(both)).toMatch(WITNESS);
  });

  it("AUD-2 a ledger cut by k entries is refused, with and without the log's own key", async () => {
    await settle();
    const forger = new Forger(installation);
    const file = `${join(installation.stateDir, "checkpoint")} remembers`;
    for (const cut of FULL ? [1, 2, 7] : [2]) {
      const copy = await copyDatabase(installation);
      const dba = await DatabaseAttacker.of(copy);
      await dba.rows(
        `DELETE FROM keyservice.ledger_entry WHERE index >= (SELECT size FROM keyservice.tree_head) - $1::bigint`,
        [cut],
      );
      expect(await start({ database: copy })).toMatch(/lacks entries/);
      await dba.rows("UPDATE keyservice.tree_head SET size = size - $1::bigint", [cut]);
      expect(await start({ database: copy })).toMatch(/lacks entries/);
      const note = await forger.rewrite(dba, 0, []);
      const refusal = await start({ database: copy });
      expect(refusal).toContain(file);
      expect(refusal).toMatch(MISSING);
      const forgedFile = freshState();
      writeFileSync(join(forgedFile, "checkpoint"), note, { mode: 0o600 });
      const alone = await start({ database: copy, state: forgedFile });
      expect(alone).toMatch(WITNESS);
      expect(alone).toMatch(MISSING);
      await dba.end();
      await copy.drop();
    }
  });

  it("AUD-2 a fork signed with the real log key is refused by the file, and by the witness alone", async () => {
    await settle();
    const forger = new Forger(installation);
    const eve = {
      type: "RolesChanged",
      tenant: "acme",
      person: room.cast.eve.person,
      sponsors: [],
    };
    const roles = [{ role: "security-admin", service: null }];
    const forks = [
      [3, 3],
      [1, 1],
      [3, 9],
    ] as const;
    for (const [cut, more] of FULL ? forks : forks.slice(0, 1)) {
      const copy = await copyDatabase(installation);
      const dba = await DatabaseAttacker.of(copy);
      const { at } = (await readLedger(installation.database)).at(-1) ?? { at: "" };
      const forged = Array.from({ length: more }, (_, i) =>
        Buffer.from(
          canonicalise({
            v: 1,
            at,
            door: "system",
            correlation: `forged-${i}`,
            events: [{ ...eve, roles }],
            evidence: null,
          }),
        ),
      );
      const note = await forger.rewrite(dba, cut, forged);
      const byFile = await start({ database: copy });
      expect(byFile).toContain(`${join(installation.stateDir, "checkpoint")} remembers`);
      expect(byFile).toMatch(CHANGED);
      const forgedFile = freshState();
      writeFileSync(join(forgedFile, "checkpoint"), note, { mode: 0o600 });
      const byWitness = await start({ database: copy, state: forgedFile });
      expect(byWitness).toMatch(WITNESS);
      expect(byWitness).toMatch(CHANGED);
      expect(byWitness).toMatch(ADVICE);
      await dba.end();
      await copy.drop();
    }
  });

  it("AUD-2 a checkpoint file of another log, or a damaged one, is refused and named", async () => {
    for (const text of [
      "",
      "nonsense\n",
      "countersign/other\n3\nAAAA\n\n— countersign/other AAAA\n",
    ]) {
      const state = freshState();
      writeFileSync(join(state, "checkpoint"), text, { mode: 0o600 });
      expect(await start({ state })).toContain(
        `${join(state, "checkpoint")} does not hold a checkpoint`,
      );
    }
  });

  it("KEY-2 another token and an empty one are named as what they are, and nothing is made on them", async () => {
    const twin = await emptyTwin(installation);
    const empty = await start({ env: twin });
    expect(empty).toMatch(/does not hold log\/v1.*COUNTERSIGN_PKCS11_TOKEN/);
    expect(empty).not.toMatch(/Restore the database/);
    await makeServiceKeys(installation, twin);
    const other = await start({ env: twin });
    expect(other).toMatch(/holds a log\/v1, but not the one that was announced/);
    expect(other).not.toMatch(/Restore the database/);
    // Whoever takes the announcement away is told by the ledger itself.
    const state = copyFolder(installation, installation.stateDir);
    const unannounced = { ...twin, COUNTERSIGN_LOG_VERIFIER_KEY_FILE: join(state, "nothing") };
    expect(await start({ env: unannounced })).toMatch(/not signed by this log's key/);
    await servesToday();
  });

  it.each([
    [
      "kek/globex/v1",
      /kek\/globex\/v1, under which the values of tenant globex are sealed, is not/,
    ],
    ["release/v1", /release\/v1, which signs releases, is not on it/],
    ["log/v1", /does not hold log\/v1/],
  ])(
    "KEY-2 TENANT-1 yesterday's token, from before %s, is refused at start and nothing is made on it",
    async (key, sentence) => {
      const older = tokenAt(installation, copyFolder(installation, installation.token.storageDir));
      await withoutKey(installation, older, key);
      for (const attempt of ["first", "second"]) {
        const refusal = await start({ env: older });
        expect(refusal, attempt).toMatch(sentence);
        expect(refusal, attempt).toMatch(/docs\/runbooks\/token\.md/);
      }
      await servesToday();
    },
  );

  it("KEY-2 TENANT-1 a tenant's key that was replaced by another of the same label is refused at start", async () => {
    const bent = tokenAt(installation, copyFolder(installation, installation.token.storageDir));
    await withoutKey(installation, bent, "kek/globex/v1");
    await withNewKek(installation, bent, "kek/globex/v1");
    const refusal = await start({ env: bent });
    expect(refusal).toMatch(/tenant globex are sealed, is another key than the ledger records/);
    expect(refusal).not.toMatch(/acme/);
    await servesToday();
  });

  it("KEY-2 TENANT-1 a tenant's key that is replaced under a running service seals nothing", async () => {
    const { storageDir } = installation.token;
    expect(await start({})).toBe("serves");
    const kept = copyFolder(installation, storageDir);
    const sizeBefore = (await readLedger(installation.database)).length;
    await withoutKey(installation, installation.token.env, "kek/globex/v1");
    await withNewKek(installation, installation.token.env, "kek/globex/v1");
    const generated = { source: "generated", length: null } as const;
    const act = { act: "put-value", name: room.foreign.name, value: generated } as const;
    const refused = await room.ingridsLaptop.call("/people/v1/drafts", { act });
    expect(refused).toMatchObject({ ok: false, code: "unavailable" });
    await stopKeyService(installation);
    rmSync(storageDir, { recursive: true });
    cpSync(kept, storageDir, { recursive: true });
    const since = (await readLedger(installation.database)).slice(sizeBefore);
    expect(since.flatMap((it) => it.events).filter((it) => it.type === "VersionAdded")).toEqual([]);
    await servesToday();
  });

  it("AUD-2 a running service whose database is exchanged for yesterday's stops at the next use, and goes on when it is back", async () => {
    const old = await copyDatabase(installation, yesterday.database.name);
    expect(await start({})).toBe("serves");
    await exchangeDatabases(installation, old);
    await eventually(
      "the end of all openings",
      AGAIN_SOON,
      () => openAll(room),
      (it) => it === "unavailable unavailable unavailable",
    );
    await says(/checkpoint remembers \d+ entries.*entries are missing/);
    await exchangeDatabases(installation, old);
    await opensAll("today's database is back", room);
    await stopKeyService(installation);
    await old.drop();
  });

  it("AUD-2 a running service whose ledger is cut or forked under it, with the real log key, stops at the next append", async () => {
    const kept = await copyDatabase(installation);
    const forger = new Forger(installation);
    expect(await start({})).toBe("serves");
    const dba = await DatabaseAttacker.of(installation.database);
    await forger.rewrite(dba, 2, []);
    expect(await openAll(room)).toBe("unavailable unavailable unavailable");
    await says(/remembers \d+ entries.*entries are missing/);
    await dba.end();
    await stopKeyService(installation);
    await exchangeDatabases(installation, kept);
    await servesToday();
    await kept.drop();
  });
});
