import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { aptInstall } from "./apt.mjs";
import { Failure } from "./failure.mjs";
import { inRoot } from "./paths.mjs";
import { findProgram, mustRun } from "./run.mjs";

/**
 * Builds `pkcs11js`, which carries no binary. Its own build downloads Node's headers; this one takes
 * those beside the running Node, else the ones from npm (Node-API is the same in every version).
 *
 * @param {(note: string) => void} note
 */
export async function ensurePkcs11(note) {
  const folder = inRoot("node_modules", "pkcs11js");
  const built = join(folder, "build", "Release", "pkcs11.node");
  if (existsSync(built)) return note("current");
  const compiler = findProgram("g++") ?? findProgram("c++") ?? (await installCompiler(note));
  note("compiling");
  const partial = `${built}.${process.pid}`;
  mkdirSync(dirname(built), { recursive: true });
  const platformFlags =
    process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : ["-Wl,-z,relro,-z,now"];
  const args = [
    ...["-shared", "-fPIC", "-O2", "-std=c++17", "-fstack-protector-strong"],
    ...[
      "-DNODE_GYP_MODULE_NAME=pkcs11",
      "-DNAPI_DISABLE_CPP_EXCEPTIONS",
      "-DBUILDING_NODE_EXTENSION",
    ],
    ...["-I", headers(), "-I", "includes"],
    ...["src/main.cpp", "src/dl.cpp", "src/common.cpp", "-o", partial],
    ...platformFlags,
  ];
  await mustRun(compiler, args, {
    cwd: folder,
    what: "The PKCS#11 binding (pkcs11js) could not be compiled",
    todo: "Check that a C++17 compiler is installed (Debian: `apt-get install g++`), then run the command again.",
  });
  renameSync(partial, built);
  note("compiled");
}

/** @returns {string} a folder with node_api.h */
function headers() {
  const beside = join(dirname(dirname(process.execPath)), "include", "node");
  return existsSync(join(beside, "node_api.h"))
    ? beside
    : inRoot("node_modules", "node-api-headers", "include");
}

/**
 * @param {(note: string) => void} note
 * @returns {Promise<string>}
 */
async function installCompiler(note) {
  const why = "A C++ compiler is needed once, to build the PKCS#11 binding.";
  if (!(await aptInstall(["g++"], note))) {
    throw new Failure(
      why,
      "Install one (Debian: `sudo apt-get install g++`) and run the command again.",
    );
  }
  return findProgram("g++") ?? "g++";
}
