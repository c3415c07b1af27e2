import type { TestProject } from "vitest/node";
import { startTestServer, type TestServer } from "./postgres-cluster.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgres: TestServer;
  }
}

type Shared = { users: number; started: ReturnType<typeof startTestServer> };

/** Each vitest project loads this file for itself; the server of a run is one for all of them. */
const REGISTRY = Symbol.for("countersign.test-postgres");
const registry: { shared?: Shared | undefined } = sharedByRealm();

/** Vitest's global set-up: one PostgreSQL for the run, stopped when the last project ends. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = registry.shared ?? { users: 0, started: startTestServer() };
  registry.shared = shared;
  shared.users += 1;
  const { server, stop } = await shared.started;
  project.provide("postgres", server);
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    registry.shared = undefined;
    await stop();
  };
}

function sharedByRealm(): { shared?: Shared | undefined } {
  // Only this file writes the property, so its type is known.
  const realm = globalThis as { [REGISTRY]?: { shared?: Shared | undefined } };
  realm[REGISTRY] ??= {};
  return realm[REGISTRY];
}
