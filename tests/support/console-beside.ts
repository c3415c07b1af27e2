import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../scripts/lib/free-port.mjs";
import { inRoot, root } from "../../scripts/lib/paths.mjs";
import { cookieName } from "../../server/console/http/cookies.ts";
import type { ConsoleWorld } from "./console-world.ts";
import { endService, ready, type Service, startService } from "./installation.ts";
import { CONSOLE_ORIGIN } from "./single-sign-on.ts";

export type PageAnswer = {
  readonly status: number;
  readonly correlation: string | null;
  readonly json: unknown;
};

/** The console's own process, as it is shipped, in a world whose people sign in without a browser. */
export type ConsoleBeside = {
  readonly port: number;
  readonly statusPort: number;
  readonly process: Service;
  /** A call of a page that holds this secret: a query, or with `input` a mutation; null where it takes none. */
  call(procedure: string, of: { secret?: string; input?: unknown }): Promise<PageAnswer>;
  stop(): Promise<void>;
};

export async function startConsoleBeside(
  { installation, sso }: ConsoleWorld,
  databaseUrl = installation.database.consoleUrl,
): Promise<ConsoleBeside> {
  if (!existsSync(inRoot("dist", "console", "BUILD_ID")))
    throw new Error("the console is not built: `npm test` builds it, or `npm start`");
  const folder = mkdtempSync(join(tmpdir(), "countersign-console-"));
  const file = (name: string) => {
    writeFileSync(join(folder, name), randomBytes(24).toString("base64url"), { mode: 0o600 });
    return join(folder, name);
  };
  const [port, statusPort] = [await freePort(), await freePort()];
  const process = startService(
    "console",
    [globalThis.process.execPath, inRoot("dist", "console.mjs")],
    {
      PATH: globalThis.process.env.PATH ?? "",
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      COUNTERSIGN_ROOT_DIR: root,
      COUNTERSIGN_CONSOLE_ORIGIN: CONSOLE_ORIGIN,
      COUNTERSIGN_CONSOLE_PORT: String(port),
      COUNTERSIGN_CONSOLE_STATUS_PORT: String(statusPort),
      COUNTERSIGN_CONSOLE_DATABASE_URL: databaseUrl,
      COUNTERSIGN_RPC_SOCKET: installation.rpcSocket,
      COUNTERSIGN_CONSOLE_CREDENTIAL_FILE: join(installation.stateDir, "console-credential"),
      COUNTERSIGN_OIDC_ISSUER: sso.idp.issuer,
      COUNTERSIGN_OIDC_CLIENT_ID: sso.idp.clientId,
      COUNTERSIGN_OIDC_CLIENT_SECRET_FILE: file("client-secret"),
      COUNTERSIGN_COOKIE_SECRET_FILE: file("cookie-secret"),
    },
  );
  await ready(process, `http://127.0.0.1:${port}/readyz`);
  return {
    port,
    statusPort,
    process,
    call: (procedure, { secret, input }) =>
      new Promise((done, fail) => {
        const isMutation = input !== undefined;
        const body = isMutation ? JSON.stringify(input === null ? {} : { 0: input }) : "";
        const sent = request(
          {
            host: "127.0.0.1",
            port,
            path: `/api/trpc/${procedure}?batch=1${isMutation ? "" : "&input={}"}`,
            method: isMutation ? "POST" : "GET",
            agent: false,
            headers: {
              host: new URL(CONSOLE_ORIGIN).host,
              "sec-fetch-site": "same-origin",
              ...(isMutation ? { "content-type": "application/json" } : {}),
              ...(secret === undefined
                ? {}
                : { cookie: `${cookieName("session", CONSOLE_ORIGIN)}=${secret}` }),
            },
          },
          (response) => {
            let text = "";
            response.setEncoding("utf8").on("data", (more) => {
              text += more;
            });
            response.on("error", fail).on("end", () => {
              const correlation = response.headers["correlation-id"];
              done({
                status: response.statusCode ?? 0,
                correlation: typeof correlation === "string" ? correlation : null,
                json: (JSON.parse(text) as unknown[])[0], // of a batch of one
              });
            });
          },
        );
        sent.once("error", fail).end(body);
      }),
    stop: async () => {
      await endService(process);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
