import { chromium } from "playwright-core";
import * as z from "zod";
import { WorkloadFetch } from "../seed/workload-fetch.ts";
import { Actor } from "./actor.ts";
import { Narrator, StepFailed } from "./narrator.ts";
import { play } from "./story.ts";
import { Terminal } from "./terminal.ts";

/*
 * Plays the story of the product in Chromium on an installation that runs. What it plays on comes as JSON on
 * standard input; it narrates on standard output, and ends with 1 where a step failed.
 */
const key = z.object({
  name: z.string(),
  credentialId: z.string(),
  userHandle: z.string(),
  privateKey: z.string(),
});
const installation = z.strictObject({
  consoleOrigin: z.url(),
  deskOrigin: z.url(),
  chromium: z.string(),
  isHeaded: z.boolean(),
  /** By the subjects of four colleagues. */
  keys: z.object({ lena: key, hugo: key, yuki: key, nadia: key }),
  cli: z.string(),
  home: z.string(),
  pictures: z.string(),
  ticket: z.string(),
  gateway: z.strictObject({ port: z.int(), caFile: z.string(), caKeyFile: z.string() }),
});
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
];
const SLOWLY_MS = 150;

let text = "";
for await (const chunk of process.stdin) text += String(chunk);
const given = installation.parse(JSON.parse(text));
const say = (line: string) => process.stdout.write(`${line}\n`);
const narrator = new Narrator(given.pictures, say);
const browser = await chromium.launch({
  executablePath: given.chromium,
  headless: !given.isHeaded,
  slowMo: given.isHeaded ? SLOWLY_MS : 0,
  args: FLAGS,
});
const laptop = new Terminal(given.cli, given.home);
try {
  const stage = { browser, consoleOrigin: given.consoleOrigin, deskOrigin: given.deskOrigin };
  const { lena, hugo, yuki, nadia } = given.keys;
  const cast = {
    owner: await Actor.enter(stage, lena),
    securityAdmins: [await Actor.enter(stage, hugo), await Actor.enter(stage, yuki)],
    auditor: await Actor.enter(stage, nadia),
  } as const;
  await play(cast, narrator, {
    deskOrigin: given.deskOrigin,
    laptop,
    workloads: new WorkloadFetch(given.gateway),
    ticket: given.ticket,
  });
  say(`\n${narrator.pictures} pictures: ${given.pictures}`);
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  say(`\nThis step failed: ${error.step}\n  ${error.message}`);
  if (error.picture !== null) say(`  The page as it stood: ${error.picture}`);
  say("What to do: see that `npm start` runs without complaint, and run the demonstration again.");
  say(
    "A value that has ended, or a colleague whose key was revoked: `npm run reset` begins afresh.",
  );
  process.exitCode = 1;
} finally {
  laptop.close();
  await browser.close();
}
