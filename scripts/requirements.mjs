// `npm run requirements [-- --missing | --json]`: every requirement with the tests whose titles name it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot, root } from "./lib/paths.mjs";
import { coverage, requirementsOf, titlesOf, unknownIds } from "./lib/requirement-ids.mjs";
import { bold, dim, green, red, runMain } from "./lib/say.mjs";

const FOLDERS = ["server", "packages", "e2e", "tests"];

await runMain(async () => {
  const requirements = requirementsOf(readFileSync(inRoot("docs", "requirements.md"), "utf8"));
  const tests = FOLDERS.flatMap(testsBelow);
  const rows = coverage(requirements, tests);
  const missing = rows.filter((row) => row.tests.length === 0);
  const unknown = unknownIds(requirements, tests);
  if (process.argv.includes("--json")) {
    print(JSON.stringify({ requirements: rows, unknown }, null, 2));
    return;
  }
  for (const { id, text, tests: proofs } of process.argv.includes("--missing") ? missing : rows) {
    print(
      `${proofs.length > 0 ? green("✓") : red("○")} ${bold(id.padEnd(9))} ${text.slice(0, 100)}`,
    );
    for (const { file, title } of proofs) print(`    ${title}  ${dim(file)}`);
  }
  for (const { id, file, title } of unknown)
    print(`${red("?")} ${id} is no requirement: ${title}  ${dim(file)}`);
  print(`\n${rows.length - missing.length} of ${rows.length} requirements are named by a test.`);
});

/** @param {string} folder */
function testsBelow(folder) {
  return readdirSync(inRoot(folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".spec.ts") && !name.includes("node_modules"))
    .sort()
    .flatMap((name) => {
      const file = join(folder, name);
      return titlesOf(readFileSync(join(root, file), "utf8")).map((title) => ({ file, title }));
    });
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}
