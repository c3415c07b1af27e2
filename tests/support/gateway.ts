import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import {
  createAuthority,
  type Issued,
  issueServer,
  issueSvid,
} from "../../scripts/lib/development-ca.mjs";
import { freePort } from "../../scripts/lib/free-port.mjs";
import { inRoot } from "../../scripts/lib/paths.mjs";
import {
  endService,
  type Installation,
  ready,
  type Service,
  startService,
} from "./installation.ts";

export const TRUST_DOMAIN = "countersign.localhost";

export type Fetched = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** JSON of the answer. */
  readonly body: Readonly<Record<string, unknown>>;
};

export type TestGateway = {
  readonly port: number;
  readonly authority: Issued;
  readonly process: Service;
  /** The files that its configuration names, for those who renew or damage them. */
  readonly files: { readonly certificate: string; readonly key: string; readonly trust: string };
  svid(path: string): Promise<Issued>;
  /** One request on a connection of its own. Rejects where the connection is refused. */
  fetch(svid: Issued | null, name: string, options?: FetchOptions): Promise<Fetched>;
  stop(): Promise<void>;
};

export type FetchOptions = {
  readonly method?: string;
  readonly path?: string;
  readonly tls?: SecureContextOptions;
  readonly onSocket?: (socket: TLSSocket) => void;
};

/** The gateway as its own process before an installation's key service, with a CA of its own. */
export async function startTestGateway(
  installation: Installation,
  environment: Readonly<Record<string, string>> = {},
): Promise<TestGateway> {
  const folder = join(installation.folder, "gateway");
  mkdirSync(folder, { mode: 0o700 });
  const authority = await createAuthority(TRUST_DOMAIN);
  const server = await issueServer(authority, ["localhost", "127.0.0.1"]);
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const files = {
    certificate: file("server.pem", server.pem),
    key: file("server.key", server.keyPem),
    trust: file("trust.pem", authority.pem),
  };
  const [port, statusPort] = [await freePort(), await freePort()];
  const service = startService("gateway", [process.execPath, inRoot("dist", "gateway.mjs")], {
    PATH: process.env.PATH ?? "",
    COUNTERSIGN_GATEWAY_PORT: String(port),
    COUNTERSIGN_GATEWAY_STATUS_PORT: String(statusPort),
    COUNTERSIGN_TRUST_DOMAIN: TRUST_DOMAIN,
    COUNTERSIGN_GATEWAY_CERTIFICATE_FILE: files.certificate,
    COUNTERSIGN_GATEWAY_KEY_FILE: files.key,
    COUNTERSIGN_TRUST_BUNDLE_FILE: files.trust,
    COUNTERSIGN_GATEWAY_SOCKET: installation.gatewaySocket,
    ...environment,
    COUNTERSIGN_GATEWAY_CREDENTIAL_FILE:
      environment.COUNTERSIGN_GATEWAY_CREDENTIAL_FILE ??
      file("credential", installation.gatewayCredential()),
  });
  const statusAt = environment.COUNTERSIGN_GATEWAY_STATUS_PORT ?? statusPort;
  await ready(service, `http://127.0.0.1:${statusAt}/readyz`);
  return {
    port,
    authority,
    process: service,
    files,
    svid: (path) => issueSvid(authority, `spiffe://${TRUST_DOMAIN}/${path}`),
    fetch: (svid, name, options = {}) =>
      fetchOnce({ port, ca: authority.pem }, svid, name, options),
    stop: () => endService(service),
  };
}

function fetchOnce(
  { port, ca }: { port: number; ca: string },
  svid: Issued | null,
  name: string,
  { method = "GET", path = `/v1/secrets/${name}`, tls = {}, onSocket }: FetchOptions,
): Promise<Fetched> {
  const own = svid === null ? {} : { cert: svid.pem, key: svid.keyPem };
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        servername: "localhost",
        port,
        method,
        path,
        ca,
        agent: false,
        ...own,
        ...tls,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject).once("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
      },
    );
    call.once("socket", (socket) => onSocket?.(socket as TLSSocket)); // https
    call.once("error", reject).end();
  });
}
