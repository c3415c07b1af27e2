// `npm run demo [-- --headed]`: plays the story of the product in Chromium on the installation that runs.
import { spawn } from "node:child_process";
import { ensureBundles } from "./lib/bundles.mjs";
import { readColleagueKeys } from "./lib/colleague-keys.mjs";
import { Failure } from "./lib/failure.mjs";
import { runningInstance } from "./lib/instance.mjs";
import { ensurePackages, requireNode } from "./lib/packages.mjs";
import { inRoot, inState } from "./lib/paths.mjs";
import { consoleOrigin, deskOrigin, ports } from "./lib/processes.mjs";
import { runMain } from "./lib/say.mjs";
import { findChromium } from "./lib/test-tools.mjs";
import { caFile, caKeyFile } from "./lib/workload-identities.mjs";

await runMain(async () => {
  requireNode();
  await ensurePackages(() => {});
  if (runningInstance() === null) {
    throw new Failure(
      "Countersign does not run from this checkout.",
      "Run `npm start` in another terminal, and this once it says that it is ready.",
    );
  }
  const keys = readColleagueKeys();
  if (keys === null) {
    throw new Failure(
      "This installation began empty: there are no colleagues to play.",
      "Run `npm run reset`, then `npm start` without --empty.",
    );
  }
  const chromium = findChromium();
  if (chromium === null) {
    throw new Failure(
      "There is no Chromium to play in.",
      "Install one (Debian: `sudo apt-get install chromium`), or name yours in COUNTERSIGN_CHROMIUM.",
    );
  }
  const isHeaded = process.argv.includes("--headed");
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (isHeaded && process.platform === "linux" && !DISPLAY && !WAYLAND_DISPLAY) {
    throw new Failure(
      "There is no screen here to show a browser on.",
      "Leave --headed out, or give it one: `xvfb-run npm run demo -- --headed`.",
    );
  }
  await ensureBundles(() => {});
  const run = new Date().toISOString().replace(/[-:]/g, "").slice(0, 15);
  return play({
    consoleOrigin,
    deskOrigin,
    chromium,
    isHeaded,
    keys,
    cli: inRoot("dist", "cli", "secrets.mjs"),
    home: inState("demo", "laptop"),
    pictures: inState("demo", `pictures-${run}`),
    ticket: `DEMO-${run}`,
    gateway: { port: ports.gateway, caFile: caFile(), caKeyFile: caKeyFile() },
  });
});

/**
 * @param {object} on
 * @returns {Promise<number>} exit code
 */
function play(on) {
  return new Promise((done, fail) => {
    const program = ["--enable-source-maps", inRoot("dist", "demo.mjs")];
    const child = spawn(process.execPath, program, { stdio: ["pipe", "inherit", "inherit"] });
    child.once("error", fail).once("close", (code) => done(code ?? 1));
    child.stdin.end(JSON.stringify(on));
  });
}
