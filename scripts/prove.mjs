// `npm run prove` lists the promises; `npm run prove kill`, `npm run prove 3` or `npm run prove all` runs
// the attacks that would break them, `-- --full` in their long form.
import { ensureBundles } from "./lib/bundles.mjs";
import { ensureConsoleBuild } from "./lib/console-build.mjs";
import { Failure } from "./lib/failure.mjs";
import { ensurePackages, requireNode } from "./lib/packages.mjs";
import { ensurePkcs11 } from "./lib/pkcs11-build.mjs";
import {
  attackFiles,
  readPromises,
  readProofs,
  recordProofs,
  sourcesNow,
  standingOf,
  weakest,
} from "./lib/proofs.mjs";
import { bold, dim, green, red, runMain, say, step, yellow } from "./lib/say.mjs";
import { ensureSoftHsm } from "./lib/softhsm.mjs";
import { conclude } from "./lib/tally.mjs";
import { ensureTestTools } from "./lib/test-tools.mjs";
import { runVitest } from "./lib/vitest-run.mjs";

const full = process.argv.includes("--full");
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const promises = readPromises();

await runMain(async () => {
  if (wanted.length === 0) return list();
  const attacks = [...new Set(wanted.flatMap(attacksOf))];
  const files = attacks.flatMap(attackFiles);
  if (files.length === 0) {
    throw new Failure(
      `Nothing attacks this yet: tests/attacks has no ${attacks.join(", ")}.`,
      "See what can be run with `npm run prove`.",
    );
  }
  requireNode();
  await step("packages", ensurePackages);
  await step("PKCS#11 binding", ensurePkcs11);
  await step("SoftHSM", ensureSoftHsm);
  await step("tools", ensureTestTools);
  await step("programs", ensureBundles);
  await step("console's pages", ensureConsoleBuild);
  const source = await sourcesNow();
  const tally = await runVitest("attacks", {
    files,
    env: full ? { COUNTERSIGN_PROVE: "full" } : {},
  });
  recordProofs(tally, { source, full });
  await list();
  return conclude([tally]);
});

/**
 * @param {string} word an attack's name, a promise's number, or `all`
 * @returns {string[]}
 */
function attacksOf(word) {
  if (word === "all") return promises.flatMap((each) => each.attacks);
  const found = promises.find((each) => String(each.number) === word);
  if (found !== undefined) return found.attacks;
  if (promises.some((each) => each.attacks.includes(word))) return [word];
  throw new Failure(
    `There is no promise or attack "${word}".`,
    `Choose a number, all, or one of ${promises.flatMap((each) => each.attacks).join(", ")}.`,
  );
}

async function list() {
  const proofs = readProofs();
  const source = await sourcesNow();
  say(`\n${bold("What is promised, and how it stands")} ${dim(`for ${source}`)}\n`);
  for (const { number, promise, attacks } of promises) {
    const standings = attacks.map((attack) => standingOf(attack, proofs, source));
    const standing = weakest(standings);
    const paint = standing === "BROKEN" ? red : standing.startsWith("proven") ? green : yellow;
    say(`${String(number).padStart(2)}  ${paint(standing.padEnd(24))} ${promise}`);
    const each = attacks.map((attack, index) => `${attack}: ${standings[index]}`);
    say(dim(`    ${" ".repeat(24)} ${each.join(", ")}`));
  }
  say();
}
