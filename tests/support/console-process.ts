import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../scripts/lib/free-port.mjs";
import { inRoot, root } from "../../scripts/lib/paths.mjs";
import { type Installation, startInstallation } from "./installation.ts";

/** The console as it is shipped, with the development identity provider, beside an installation. */
export type RunningConsole = {
  readonly installation: Installation;
  readonly origin: string;
  readonly issuer: string;
  /** Everything that the console's process has written. */
  readonly output: () => string;
  readonly pid: number;
  readonly hasEnded: () => boolean;
  stopIdentityProvider(): Promise<void>;
  startIdentityProvider(): Promise<void>;
  /** Ends the console's process as an operator would. @returns how long that took, in milliseconds */
  stopPages(): Promise<number>;
  startPages(): Promise<void>;
  stop(): Promise<void>;
};

const CLIENT_ID = "countersign-console";
const READY_WITHIN_MS = 60_000;

export async function startConsole(
  options: {
    /** A module that runs inside the console's process before anything of it; it may only be plain JavaScript. */
    readonly preload?: string;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<RunningConsole> {
  const [consolePort, idpPort] = [await freePort(), await freePort()];
  const origin = `http://localhost:${consolePort}`;
  const issuer = `http://localhost:${idpPort}`;
  // Loaded only where vitest runs: benches bring a database of their own.
  const { createTestDatabase } = await import("./postgres.ts");
  const database = await createTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), "countersign-console-"));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const providers = file("providers.json", JSON.stringify([{ issuer, clientId: CLIENT_ID }]));
  const installation = await startInstallation({
    database,
    environment: {
      COUNTERSIGN_IDENTITY_PROVIDERS_FILE: providers,
      COUNTERSIGN_CONSOLE_ORIGIN: origin,
    },
  });
  const clientSecretFile = file("client-secret", randomBytes(24).toString("base64url"));
  const startIdp = () =>
    startProcess("dev-idp", `${issuer}/readyz`, {
      DEV_IDP_ISSUER: issuer,
      DEV_IDP_PORT: String(idpPort),
      DEV_IDP_STATE_DIR: join(folder, "dev-idp"),
      DEV_IDP_CLIENT_ID: CLIENT_ID,
      DEV_IDP_CLIENT_SECRET_FILE: clientSecretFile,
      DEV_IDP_CONSOLE_ORIGIN: origin,
      DEV_IDP_DESK_ORIGIN: installation.deskOrigin,
    });
  let idp = await startIdp();
  const startOwnPages = () => startPages(pagesOptions);
  const pagesOptions: PagesOptions = {
    installation,
    origin,
    port: consolePort,
    idp: { issuer, clientId: CLIENT_ID, clientSecretFile },
    cookieSecretFile: file("cookie-secret", randomBytes(24).toString("base64url")),
    ...options,
  };
  let pages = await startOwnPages();
  return {
    installation,
    origin,
    issuer,
    output: () => pages.output(),
    get pid() {
      return pages.pid;
    },
    hasEnded: () => pages.hasEnded(),
    stopPages: async () => {
      const from = performance.now();
      await pages.end();
      return performance.now() - from;
    },
    startPages: async () => {
      pages = await startOwnPages();
    },
    stopIdentityProvider: () => idp.end(),
    startIdentityProvider: async () => {
      idp = await startIdp();
    },
    stop: async () => {
      await pages.end();
      await idp.end();
      await installation.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type PagesOptions = {
  readonly installation: Installation;
  readonly origin: string;
  readonly port: number;
  readonly idp: {
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecretFile: string;
  };
  readonly cookieSecretFile: string;
  readonly preload?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs as this account; only an administrator can say so. */
  readonly account?: number;
};

/** The console's process alone, before an installation that knows its origin and identity provider. */
export async function startPages(of: PagesOptions) {
  if (!existsSync(inRoot("dist", "console", "BUILD_ID"))) {
    throw new Error("the console is not built: `npm test` builds it, or `npm start`");
  }
  const { installation, origin, port, idp } = of;
  return startProcess(
    "console",
    `http://127.0.0.1:${port}/readyz`,
    {
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      COUNTERSIGN_ROOT_DIR: root,
      COUNTERSIGN_CONSOLE_ORIGIN: origin,
      COUNTERSIGN_CONSOLE_PORT: String(port),
      COUNTERSIGN_CONSOLE_DATABASE_URL: installation.database.consoleUrl,
      COUNTERSIGN_RPC_SOCKET: installation.rpcSocket,
      COUNTERSIGN_CONSOLE_CREDENTIAL_FILE: join(installation.stateDir, "console-credential"),
      COUNTERSIGN_OIDC_ISSUER: idp.issuer,
      COUNTERSIGN_OIDC_CLIENT_ID: idp.clientId,
      COUNTERSIGN_OIDC_CLIENT_SECRET_FILE: idp.clientSecretFile,
      COUNTERSIGN_COOKIE_SECRET_FILE: of.cookieSecretFile,
      ...of.environment,
    },
    {
      nodeOptions: of.preload === undefined ? [] : ["--import", of.preload],
      ...(of.account === undefined ? {} : { account: of.account }),
    },
  );
}

async function startProcess(
  name: string,
  readyUrl: string,
  env: Record<string, string>,
  {
    nodeOptions = [],
    account,
  }: { readonly nodeOptions?: readonly string[]; readonly account?: number } = {},
) {
  const program = [...nodeOptions, inRoot("dist", `${name}.mjs`)];
  const child: ChildProcess = spawn(process.execPath, program, {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(account === undefined ? {} : { uid: account, gid: account, cwd: "/" }),
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (more) => (text += more));
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const deadline = performance.now() + READY_WITHIN_MS;
  while (!(await answers(readyUrl))) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`${name} did not get ready:\n${text}`);
    await new Promise((done) => setTimeout(done, 50));
  }
  return {
    pid: child.pid ?? 0,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    output: () => text,
    end: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).status === 200;
  } catch {
    return false;
  }
}
