import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inRoot } from "../../scripts/lib/paths.mjs";
import { type Installation, startInstallation } from "../support/installation.ts";
import { emptyTwin } from "../support/yesterday.ts";

describe("preparing the log's key a second time", () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await startInstallation();
  });
  afterAll(async () => {
    await installation?.stop();
  });

  const announced = () => readFileSync(join(installation.folder, "log-verifier-key"), "utf8");
  const prepare = (env: Readonly<Record<string, string>>) => {
    const { token, stateDir, folder } = installation;
    const { status, stderr } = spawnSync(
      process.execPath,
      [inRoot("dist", "prepare-log-key.mjs")],
      {
        encoding: "utf8",
        env: {
          PATH: process.env.PATH,
          COUNTERSIGN_STATE_DIR: stateDir,
          COUNTERSIGN_PKCS11_MODULE: token.module,
          COUNTERSIGN_PKCS11_TOKEN: token.label,
          COUNTERSIGN_PKCS11_PIN_FILE: token.pinFile,
          COUNTERSIGN_LOG_VERIFIER_KEY_FILE: join(folder, "log-verifier-key"),
          ...env,
        },
      },
    );
    return { status, stderr };
  };

  it("KEY-2 changes nothing where the announced key is on the token", () => {
    const before = announced();
    expect(prepare(installation.token.env)).toEqual({ status: 0, stderr: "" });
    expect(announced()).toBe(before);
  });

  it("KEY-2 makes no key on another token, keeps the announcement, and says what to do, each time", async () => {
    const before = announced();
    const twin = await emptyTwin(installation);
    for (const attempt of ["first", "second"]) {
      const { status, stderr } = prepare(twin);
      expect(status, attempt).toBe(1);
      // The second attempt would find the key that the first one had made.
      expect(stderr, attempt).toMatch(
        /does not hold log\/v1.*was announced in .*runbooks\/token\.md/,
      );
      expect(stderr, attempt).not.toMatch(/\n\s+at /);
    }
    expect(announced()).toBe(before);
  });
});
