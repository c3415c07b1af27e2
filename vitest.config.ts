import { defineConfig } from "vitest/config";

/** Real processes, tokens and browsers share two cores on a small machine. */
const SLOW_MS = 60_000;
/** What is waited for comes at once, or late on a machine that is busy elsewhere. */
const patience = { poll: { timeout: SLOW_MS / 3 } };

const globalSetup = ["tests/support/global-postgres.ts"];
const exclude = ["**/node_modules/**", "dist/**", ".countersign/**"];

export default defineConfig({
  test: {
    // A test that leaves something behind must not be able to help the next one pass.
    restoreMocks: true,
    projects: [
      {
        test: {
          name: "unit",
          expect: patience,
          include: ["**/*.spec.ts"],
          exclude: [...exclude, "**/*.int.spec.ts", "**/*.e2e.spec.ts", "**/*.attack.spec.ts"],
          environment: "node",
          // Nothing here waits; a machine that is busy elsewhere may still be slow.
          testTimeout: SLOW_MS / 2,
        },
      },
      {
        test: {
          name: "integration",
          expect: patience,
          include: ["**/*.int.spec.ts"],
          exclude,
          globalSetup,
          // A PKCS#11 library is one per process, and so is SOFTHSM2_CONF: no threads.
          pool: "forks",
          testTimeout: SLOW_MS,
          hookTimeout: SLOW_MS,
        },
      },
      {
        test: {
          name: "e2e",
          expect: patience,
          include: ["e2e/**/*.e2e.spec.ts"],
          exclude,
          globalSetup,
          pool: "forks",
          fileParallelism: false,
          testTimeout: 3 * SLOW_MS,
          hookTimeout: 3 * SLOW_MS,
        },
      },
      {
        test: {
          name: "attacks",
          expect: patience,
          include: ["tests/attacks/*.attack.spec.ts"],
          exclude,
          globalSetup,
          pool: "forks",
          // Most of an attack is waiting for a deadline of the product. Never beside other projects.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 20 * SLOW_MS,
          hookTimeout: 3 * SLOW_MS,
        },
      },
    ],
  },
});
