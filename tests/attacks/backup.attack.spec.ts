import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inSession } from "../../server/db/session.ts";
import { readThrough } from "../../server/key-service/backup/application/read-through.ts";
import { BackupFault } from "../../server/key-service/backup/domain/backup-fault.ts";
import type { BackupLine } from "../../server/key-service/backup/domain/backup-lines.ts";
import { parseLogKey } from "../../server/key-service/backup/domain/log-key.ts";
import type { TrustedKeys } from "../../server/key-service/backup/domain/verify-backup.ts";
import { readBackup } from "../../server/key-service/backup/infrastructure/backup-files.ts";
import {
  type PrivateKey,
  parsePrivateKey,
  parsePublicKey,
} from "../../server/key-service/backup/infrastructure/backup-keys.ts";
import {
  readLines,
  writeLines,
} from "../../server/key-service/backup/infrastructure/line-stream.ts";
import {
  openStream,
  sealStream,
} from "../../server/key-service/backup/infrastructure/sealed-stream.ts";
import { parseWitnessKey } from "../../server/key-service/ledger/domain/cosignature.ts";
import { leafHash } from "../../server/key-service/ledger/domain/merkle.ts";
import {
  adminEnvironment,
  adminReport,
  type EmptyPlace,
  emptyPlace,
  newBackupKeys,
  secretsAdmin,
} from "../support/backups.ts";
import { ENCODINGS, spellings } from "../support/canary-scanner.ts";
import { CommandLine } from "../support/command-line.ts";
import {
  createDbaRoom,
  type DbaRoom,
  openAll,
  startOutcome,
  stopKeyService,
} from "../support/dba-room.ts";
import { readLedger } from "../support/ledger-reader.ts";

const FULL = process.env.COUNTERSIGN_PROVE === "full";
const CHUNK = 64 * 1024 + 16;
const TABLES = ["ledger_entry", "tree_head", "envelope", "opening", "draft"];

/*
 * An installation with history is backed up, lost, and restored elsewhere. Before that, whoever has the backup in
 * their hands, or the public key to which it is sealed, tries what they can.
 */
describe("backup and restore", () => {
  let room: DbaRoom;
  let environment: Record<string, string>;
  let file: string;
  let busy: string;
  let keys: { readonly publicKey: string; readonly file: string };
  let privateKey: PrivateKey;
  let trusted: TrustedKeys;
  let lines: readonly BackupLine[];
  let sealed: Buffer;
  let secrets: CommandLine;
  const places: EmptyPlace[] = [];

  beforeAll(async () => {
    room = await createDbaRoom();
    const house = room.installation;
    secrets = new CommandLine(house, "sam");
    await secrets.login(room.cast.sam);
    expect(await secrets.json(["log", "verify"])).toMatchObject({ code: 0 });
    environment = adminEnvironment(house);
    keys = await newBackupKeys(house.folder, "backup-key");
    file = join(house.folder, "first.backup");
    busy = join(house.folder, "busy.backup");
    // The key service runs meanwhile, and people work.
    const made = adminReport(["backup", "--to", keys.publicKey, "--out", busy], environment);
    for (let n = 0; n < 4; n += 1) expect(await openAll(room)).toBe("right right right");
    await made;
    await stopKeyService(house);
    // What is restored below has all of it.
    await adminReport(["backup", "--to", keys.publicKey, "--out", file], environment);
    privateKey = await parsePrivateKey(readFileSync(keys.file, "utf8"));
    const [witness] = JSON.parse(readFileSync(house.witnessesFile, "utf8"));
    trusted = {
      log: parseLogKey(readFileSync(join(house.folder, "log-verifier-key"), "utf8")),
      witnesses: [parseWitnessKey(witness.verifierKey)],
      quorum: 1,
    };
    sealed = readFileSync(file);
    lines = await linesIn(file);
  });
  afterAll(async () => {
    for (const place of places) await place.database.drop();
    await room?.installation.stop();
  });

  async function linesIn(path: string): Promise<BackupLine[]> {
    const found: BackupLine[] = [];
    for await (const line of readLines(openStream(readBackup(path), privateKey))) found.push(line);
    return found;
  }
  const written = (bytes: Uint8Array) => {
    const path = join(mkdtempSync(join(room.installation.folder, "forged-")), "backup");
    writeFileSync(path, bytes);
    return path;
  };
  /** What reading all of it gives: `whole`, or the sentence of the refusal. */
  const outcome = (path: string, of = trusted) =>
    readThrough(path, { privateKey, trusted: of }).then(
      () => "whole",
      (error: unknown) => {
        if (error instanceof BackupFault) return error.message;
        throw error;
      },
    );
  async function newPlace(): Promise<EmptyPlace> {
    const place = await emptyPlace(room.installation);
    places.push(place);
    return place;
  }
  const restoreInto = (place: EmptyPlace, path = file, key = keys.file) =>
    secretsAdmin(["restore", path, "--key", key], { ...environment, ...place.environment });
  const rowsIn = ({ database }: EmptyPlace) =>
    inSession(database.adminUrl, async (client) => {
      const counts = TABLES.map((it) => `(SELECT count(*) FROM keyservice.${it})`).join(" + ");
      const { rows } = await client.query<{ count: string }>(`SELECT ${counts} AS count`);
      return Number(rows[0]?.count);
    });
  async function expectUntouched(place: EmptyPlace): Promise<void> {
    expect(await rowsIn(place)).toBe(0);
    expect(existsSync(place.stateDir) ? readdirSync(place.stateDir) : []).toEqual([]);
    expect(readdirSync(place.tokenDir)).toEqual([]);
  }

  it("KEY-6 a backup is one file for its owner alone, and whole, also where people work meanwhile", async () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await outcome(file)).toBe("whole");
    expect(await outcome(busy)).toBe("whole");
    expect(sealed.length).toBeGreaterThan(3 * CHUNK);
    const again = await secretsAdmin(
      ["backup", "--to", keys.publicKey, "--out", file],
      environment,
    );
    expect(again).toMatchObject({ code: 5, stderr: expect.stringContaining("is there already") });
    expect(readFileSync(file)).toEqual(sealed);
  });

  it("KEY-2 LEAK-2 no value, credential or text of anybody's stands in the file in clear, the PIN not even inside, and nothing in temporary files", async () => {
    const house = room.installation;
    const clear = Buffer.from(lines.map((it) => JSON.stringify(it)).join("\n"));
    const folder = mkdtempSync(join(house.folder, "tmp-"));
    const out = join(mkdtempSync(join(house.folder, "out-")), "second.backup");
    await adminReport(["backup", "--to", keys.publicKey, "--out", out], {
      ...environment,
      TMPDIR: folder,
    });
    expect(readdirSync(folder)).toEqual([]);
    expect(readdirSync(join(out, ".."))).toEqual(["second.backup"]);
    const values = [room.mine.text, room.other.text, room.foreign.text, house.token.pin];
    const found = (text: string, place: Buffer) =>
      ENCODINGS.some((it) => spellings(text, it).some((spelling) => place.includes(spelling)));
    for (const text of [...values, house.consoleCredential(), "Olivia", "payments"])
      expect(found(text, Buffer.concat([sealed, readFileSync(out)]))).toBe(false);
    for (const text of values) expect(found(text, clear)).toBe(false);
    // What can be found is found: the search itself works.
    expect(found("Olivia", clear)).toBe(true);
  });

  it("KEY-1 keys of an HSM that is no folder are not in it, and the report names whose backup has them", async () => {
    const out = join(room.installation.folder, "vendor.backup");
    const vendor = { COUNTERSIGN_PKCS11_MODULE: "/opt/vendor/libluna.so" };
    const all = { ...environment, ...vendor };
    const report = await adminReport(["backup", "--to", keys.publicKey, "--out", out], all);
    expect(report.token).toEqual({
      kind: "vendor",
      label: room.installation.token.label,
      library: "libluna.so",
    });
    expect(report.files.filter((it) => it.path.startsWith("token/"))).toEqual([]);
    expect(report.missing[0]).toMatch(/take a backup with its vendor's tool \(libluna\.so\)/);
    // One with a token's folder cannot be restored where there is no place for it.
    const place = await newPlace();
    const elsewhere = { ...environment, ...place.environment, ...vendor };
    const refused = await secretsAdmin(["restore", file, "--key", keys.file], elsewhere);
    expect(refused).toMatchObject({
      code: 5,
      stderr: expect.stringContaining("names another kind"),
    });
    await expectUntouched(place);
    expect(await adminReport(["restore", out, "--key", keys.file], elsewhere)).toMatchObject({
      done: "restored",
      token: { kind: "vendor" },
    });
    expect(readdirSync(place.tokenDir)).toEqual([]);
  });

  it("KEY-6 one flipped bit anywhere, and the whole of it is refused", {
    timeout: 300_000,
  }, async () => {
    const offsets = new Set<number>();
    for (let at = 0; at < 700; at += FULL ? 1 : 7) offsets.add(at);
    for (let at = 0; at < sealed.length; at += FULL ? 997 : 20_011) offsets.add(at);
    for (let at = 1; at < 40; at += 3) offsets.add(sealed.length - at);
    for (const at of offsets) {
      const bent = Buffer.from(sealed);
      bent[at] = (bent[at] ?? 0) ^ (1 << (at % 8));
      expect(await outcome(written(bent)), `bit at ${at}`).toMatch(
        /not whole, or was changed|not sealed to this key/,
      );
    }
  });

  it("KEY-6 a file that was cut, lengthened, or whose parts were exchanged, doubled or left out is refused", async () => {
    const headerBytes = 22 + 4 + sealed.readUInt32BE(22);
    const head = sealed.subarray(0, headerBytes);
    const chunks: Buffer[] = [];
    for (let at = headerBytes; at < sealed.length; at += CHUNK)
      chunks.push(sealed.subarray(at, at + CHUNK));
    const [one = head, two = head, ...rest] = chunks;
    const last = rest.at(-1) ?? head;
    const bent = {
      "cut at a boundary": [head, one, two],
      "cut to its header": [head],
      "cut in its header": [head.subarray(0, 40)],
      nothing: [],
      "cut by a byte": [sealed.subarray(0, -1)],
      "lengthened by a byte": [sealed, Buffer.of(0)],
      "lengthened by its own last part": [sealed, last],
      exchanged: [head, two, one, ...rest],
      doubled: [head, one, one, two, ...rest],
      "first left out": [head, two, ...rest],
      "one in the middle left out": [head, one, ...rest],
      "its last part alone": [head, last],
    };
    for (const [what, parts] of Object.entries(bent))
      expect(await outcome(written(Buffer.concat(parts))), what).toMatch(
        /not whole, or was changed/,
      );
    const cut = Math.floor(sealed.length / 2);
    expect(await outcome(written(sealed.subarray(0, cut)))).toMatch(/not whole, or was changed/);
  });

  it("KEY-6 another key opens nothing, and is told whose it is not", async () => {
    const other = await newBackupKeys(room.installation.folder, "other-key");
    const place = await newPlace();
    const ended = await restoreInto(place, file, other.file);
    expect(ended.code).toBe(5);
    expect(ended.stderr).toMatch(/is not sealed to this key \([0-9a-f]{16}\), but to [0-9a-f]{16}/);
    await expectUntouched(place);
    const both = join(room.installation.folder, "both.backup");
    const to = ["--to", keys.publicKey, "--to", other.publicKey];
    const made = await adminReport(["backup", ...to, "--out", both], environment);
    expect(made.sealedTo).toHaveLength(2);
    for (const key of [keys.file, other.file])
      expect(await adminReport(["verify-backup", both, "--key", key], environment)).toMatchObject({
        done: "verified",
        entries: made.entries,
      });
  });

  it("AUD-2 whoever has the public key and seals a backup of their own makes no history that the log and the witnesses did not sign", async () => {
    const sealAgain = async (forged: readonly BackupLine[]) => {
      const all = (async function* () {
        yield* forged;
      })();
      const parts: Buffer[] = [];
      for await (const part of sealStream(writeLines(all), [parsePublicKey(keys.publicKey)]))
        parts.push(part);
      return written(Buffer.concat(parts));
    };
    expect(await outcome(await sealAgain(lines))).toBe("whole");

    const entries = lines.flatMap((line, at) =>
      "row" in line && at < lines.findIndex((it) => "tableEnd" in it) ? [at] : [],
    );
    const middle = entries[Math.floor(entries.length / 2)] ?? 0;
    const without = (at: number) => lines.filter((_, i) => i !== at);
    const replaced = (at: number, line: BackupLine) => lines.map((it, i) => (i === at ? line : it));
    const manifest = lines.flatMap((it) => ("manifest" in it ? [it.manifest] : []))[0];
    if (manifest === undefined) throw new Error("a backup begins with its manifest");
    const edited = Buffer.from('{"edited":true}');
    const row = [
      String(entries.indexOf(middle)),
      `\\x${edited.toString("hex")}`,
      `\\x${leafHash(edited).toString("hex")}`,
    ];
    const at = (matches: (line: BackupLine) => boolean) => lines.findIndex(matches);
    const logAlone = `${manifest.checkpoint.split("\n").slice(0, 5).join("\n")}\n`;
    const forgeries: Record<string, readonly BackupLine[]> = {
      "an entry left out": without(middle),
      "the last entry left out": without(entries.at(-1) ?? 0),
      "an entry replaced, with its leaf": replaced(middle, { row }),
      "two entries exchanged": replaced(middle, lines[middle + 1] ?? { row }).map((it, i) =>
        i === middle + 1 ? (lines[middle] ?? { row }) : it,
      ),
      "no cosignature": replaced(0, { manifest: { ...manifest, checkpoint: logAlone } }),
      "another size": replaced(0, { manifest: { ...manifest, size: manifest.size - 1 } }),
      "no manifest": without(0),
      "two manifests": [lines[0] ?? { row }, ...lines],
      "a table left out": lines
        .slice(0, 1)
        .concat(lines.slice(at((it) => "table" in it && it.table === "tree_head"))),
      "no end": lines.slice(0, -1),
      "something after the end": [...lines, { row: ["1"] }],
      "a file cut": without(at((it) => "data" in it)),
    };
    for (const [what, forged] of Object.entries(forgeries))
      expect(await outcome(await sealAgain(forged)), what).toMatch(/not whole, or was changed/);

    const nobody = { ...trusted, witnesses: [] };
    expect(await outcome(file, nobody)).toMatch(/0 of the witnesses that were given cosigned/);
    const otherLog = { ...trusted, log: { ...trusted.log, keyId: 1 } };
    expect(await outcome(file, otherLog)).toMatch(/not signed by the log key that was given/);

    // A path that leads out of its folder is no line of a backup.
    const fileAt = at((it) => "file" in it);
    const out = { file: "state/../../escaped", bytes: 1 };
    expect(await outcome(await sealAgain(replaced(fileAt, out)))).toMatch(/none of a backup's/);
  });

  it("KEY-6 a damaged backup, and a place that is not empty, leave everything as it was", async () => {
    const place = await newPlace();
    const bent = Buffer.from(sealed);
    bent[bent.length - 1] = (bent.at(-1) ?? 0) ^ 1;
    const ended = await restoreInto(place, written(bent));
    expect(ended).toMatchObject({ code: 5, stdout: "" });
    expect(ended.stderr).toContain("Nothing was restored.");
    await expectUntouched(place);

    // The database that it was made of.
    const house = room.installation;
    const before = await readLedger(house.database);
    const over = { ...place.environment, COUNTERSIGN_DATABASE_URL: house.database.url };
    const onto = await secretsAdmin(["restore", file, "--key", keys.file], {
      ...environment,
      ...over,
    });
    expect(onto).toMatchObject({ code: 5, stderr: expect.stringContaining("is not empty") });
    expect(await readLedger(house.database)).toEqual(before);
    await expectUntouched(place);

    // A state folder, and a token folder, that hold something.
    for (const own of [
      { COUNTERSIGN_STATE_DIR: house.stateDir },
      { SOFTHSM2_CONF: house.token.env.SOFTHSM2_CONF ?? "" },
    ]) {
      const taken = { ...environment, ...place.environment, ...own };
      const refused = await secretsAdmin(["restore", file, "--key", keys.file], taken);
      expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining("already") });
      await expectUntouched(place);
    }
  });

  it("KEY-6 restored in another place, the key service goes on: old grants open old values on the same devices, and the ledger verifies", async () => {
    const place = await newPlace();
    const all = { ...environment, ...place.environment };
    const report = await adminReport(["restore", file, "--key", keys.file], all);
    const before = await readLedger(room.installation.database);
    expect(report).toMatchObject({ done: "restored", entries: before.length, notes: [] });
    expect(report.tables).toMatchObject({ ledger_entry: before.length, tree_head: 1 });
    expect(report.tables.envelope).toBeGreaterThanOrEqual(4);
    expect(report.cosigned.map((it) => it.witness)).toEqual(["witness.localhost/1"]);
    expect(await readLedger(place.database)).toEqual(before);

    expect(await startOutcome(room.installation, place.environment)).toBe("serves");
    expect(await openAll(room)).toBe("right right right");
    expect(await secrets.json(["log", "verify"])).toMatchObject({ code: 0, error: null });
    const since = await readLedger(place.database);
    expect(since.slice(0, before.length)).toEqual(before);
    expect(since.length).toBeGreaterThan(before.length);
    await stopKeyService(room.installation);
  });

  it("AUD-2 the same backup once more is older than what the witness saw: the restore says so, and nothing serves", async () => {
    const place = await newPlace();
    const all = { ...environment, ...place.environment };
    const report = await adminReport(["restore", file, "--key", keys.file], all);
    const [seen] = report.remembered;
    expect(seen?.size).toBeGreaterThan(report.entries);
    expect(report.notes).toEqual([
      expect.stringMatching(
        /remembers \d+ entries, and this backup has \d+: the key service will not start on it/,
      ),
    ]);
    const refusal = await startOutcome(room.installation, place.environment);
    expect(refusal).toMatch(/witness witness\.localhost\/1 remembers \d+ entries/);
    const text = await secretsAdmin(["verify-backup", file, "--key", keys.file], all);
    expect(text.stdout).toContain("Before it serves:");
    expect(text.stdout).toContain("The PIN of the token");
  });
});
