import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandLine } from "../support/command-line.ts";
import { type Installation, type Service, startInstallation } from "../support/installation.ts";
import { readLedger } from "../support/ledger-reader.ts";
import { type Cast, enrolCast, registration, SECRET } from "../support/story.ts";
import { copyDatabase, copyFolder, type DatabaseCopy } from "../support/yesterday.ts";

/*
 * Everybody on the other side agrees on yesterday: the database, the key service's own memory and the
 * witness are all set back, with every key in place, so that the service starts and signs and cosigns in
 * good order. What remembers today is the command line of one person.
 */
describe("a history that was set back with the witness's consent", () => {
  let installation: Installation;
  let cast: Cast;
  let laptop: CommandLine;
  let witness: Service;
  let yesterday: DatabaseCopy;
  let request: string;
  let seenToday: { size: number; root: string };

  const entriesOfYesterday = async () => (await readLedger(yesterday)).length;
  const end = async ({ child, ended }: Service) => {
    child.kill("SIGTERM");
    await ended;
  };

  beforeAll(async () => {
    installation = await startInstallation();
    cast = await enrolCast(installation);
    laptop = new CommandLine(installation, "olivia");
    await laptop.login(cast.olivia, "olivia laptop");
    await laptop.signed(cast.olivia, [
      ...["register", SECRET, "--generate"],
      ..."--type database-credential --category database-user --owner payments-team --service payments --classification pii --tier high --rotation-days 30".split(
        " ",
      ),
    ]);
    const asked = await laptop.signed(
      cast.olivia,
      ["request", SECRET, "--why", "payouts", "--ticket", "PAY-1", "--uses", "2"],
      async ({ digest }) => {
        for (const person of [cast.sam, cast.priya])
          await person.decide(digest as Parameters<typeof person.decide>[0], "approve");
      },
    );
    expect(asked).toMatchObject({ code: 0, error: null });
    request = String(asked.drafted.request);

    // Night: everything is copied.
    await end(installation.keyService());
    await end(installation.witness);
    const { stateDir, witnessDir } = installation;
    const copies = {
      state: copyFolder(installation, stateDir),
      witness: copyFolder(installation, witnessDir),
    };
    yesterday = await copyDatabase(installation);

    // Today: one opening.
    witness = await installation.startWitness();
    await installation.startKeyService();
    const opened = await laptop.json(["get", request]);
    expect(opened).toMatchObject({ code: 0, json: { use: 1 } });
    expect(await laptop.json(["list"])).toMatchObject({ code: 0 });
    const remembered = JSON.parse(
      readFileSync(join(laptop.configuration, "checkpoints.json"), "utf8"),
    );
    [seenToday] = Object.values(remembered.ledgers) as [typeof seenToday];

    // Then yesterday again, for everybody but the laptop.
    await end(installation.keyService());
    await end(witness);
    rmSync(witnessDir, { recursive: true });
    cpSync(copies.witness, witnessDir, { recursive: true });
    witness = await installation.startWitness();
    await installation.startKeyService({
      COUNTERSIGN_DATABASE_URL: yesterday.url,
      COUNTERSIGN_STATE_DIR: copies.state,
    });
  });
  afterAll(async () => {
    await installation?.stop();
    await yesterday?.drop();
  });

  const expectRefused = async (args: readonly string[]) => {
    const before = await entriesOfYesterday();
    const ended = await laptop.json(args);
    expect(ended).toMatchObject({ code: 8, json: null, error: { code: "log-differs" } });
    expect(ended.error?.message).toContain("does not continue the history");
    expect(ended.error?.message).toContain(
      `${seenToday.size} entries with root ${seenToday.root} seen here`,
    );
    expect(await entriesOfYesterday()).toBe(before);
    return ended;
  };

  it("AUD-2 stops every command before it asks for anything: the opening of today is not given a second time", async () => {
    for (const args of [["get", request], ["get", SECRET], ["list"], ["log", "verify"]])
      await expectRefused(args);
    const refused = await expectRefused([
      ...["request", SECRET, "--why", "again", "--ticket", "PAY-2"],
    ]);
    expect(refused.error?.next).toContain("tell a security admin now");
  });

  it("AUD-2 is refused as well once the other branch has grown longer than what was seen", async () => {
    for (let n = 0; (await entriesOfYesterday()) <= seenToday.size; n += 1) {
      const { draft } = await cast.laptop.draft(
        registration(`payments/dev/fork/n${n}` as Parameters<typeof registration>[0], {
          value: null,
        }),
      );
      await cast.olivia.mustSign([draft]);
    }
    const { error } = await expectRefused(["get", request]);
    const shown = /; (\d+) entries with root/.exec(error?.message ?? "")?.[1];
    expect(Number(shown)).toBeGreaterThan(seenToday.size);
  });

  it("AUD-2 keeps both checkpoints, each signed by the one log key and cosigned by the one witness", () => {
    const folder = join(laptop.configuration, "evidence");
    const kept = readdirSync(folder).map((file) =>
      JSON.parse(readFileSync(join(folder, file), "utf8")),
    );
    expect(kept.length).toBeGreaterThanOrEqual(2);
    for (const { seen, shown } of kept) {
      expect(seen).toMatchObject(seenToday);
      for (const { note } of [seen, shown]) expect(note).toMatch(/\n— witness\.localhost\/1 /);
    }
  });
});
