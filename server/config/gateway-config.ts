import { gatewayCredential } from "@countersign/protocol/gateway-wire";
import { z } from "zod";
import {
  absolutePath,
  ConfigurationFault,
  host,
  parseEnvironment,
  port,
  variable,
} from "./environment.ts";
import { readSecretFile } from "./secret-file.ts";

/** What the gateway is told from outside. It knows nothing else: it has no database and no memory. */
export type GatewayConfig = {
  readonly host: string;
  readonly port: number;
  /** Where health and readiness are asked, in clear, on loopback unless told otherwise. */
  readonly statusHost: string;
  readonly statusPort: number;
  /** The one trust domain whose workloads it serves; issuers never come from a caller [lesson L16]. */
  readonly trustDomain: string;
  readonly maxSvidLifetimeSeconds: number;
  /** Absolute paths of PEM files, read again when they change. */
  readonly tlsFiles: {
    readonly certificate: string;
    readonly privateKey: string;
    readonly trust: string;
  };
  readonly keyServiceSocket: string;
  /** Bearer credential under which genesis knows this gateway. */
  readonly credential: string;
  readonly rate: { readonly burst: number; readonly perSecond: number };
};

/** SPIFFE ID specification, section 2.1. */
export const TRUST_DOMAIN = z.string().regex(/^[a-z0-9._-]{1,255}$/, "a SPIFFE trust domain");

const count = (otherwise: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,6}$/)
    .default(otherwise)
    .transform(Number);

const variables = {
  COUNTERSIGN_GATEWAY_HOST: variable(host.default("127.0.0.1"), "Give the address to listen on."),
  COUNTERSIGN_GATEWAY_PORT: variable(port, "Give the port to listen on, 0 to 65535."),
  COUNTERSIGN_GATEWAY_STATUS_HOST: variable(
    host.default("127.0.0.1"),
    "Give the address where health is asked.",
  ),
  COUNTERSIGN_GATEWAY_STATUS_PORT: variable(port, "Give the port where health is asked."),
  COUNTERSIGN_TRUST_DOMAIN: variable(
    TRUST_DOMAIN,
    "Give the SPIFFE trust domain that this gateway serves, e.g. example.org, in lower case.",
  ),
  COUNTERSIGN_SVID_MAX_SECONDS: variable(
    count("86400"),
    "Give the longest lifetime of a workload's certificate, in seconds.",
  ),
  COUNTERSIGN_GATEWAY_CERTIFICATE_FILE: variable(
    absolutePath,
    "Give the absolute path of the gateway's own certificate chain, PEM.",
  ),
  COUNTERSIGN_GATEWAY_KEY_FILE: variable(
    absolutePath,
    "Give the absolute path of the gateway's private key, PEM, 0600.",
  ),
  COUNTERSIGN_TRUST_BUNDLE_FILE: variable(
    absolutePath,
    "Give the absolute path of the trust domain's CA certificates, PEM.",
  ),
  COUNTERSIGN_GATEWAY_SOCKET: variable(
    absolutePath.max(107),
    "Give the absolute path of the key service's gateway socket: at most 107 characters.",
  ),
  COUNTERSIGN_GATEWAY_CREDENTIAL_FILE: variable(
    absolutePath,
    "Give the absolute path of a file (0600) that holds this gateway's credential.",
  ),
  COUNTERSIGN_GATEWAY_BURST: variable(
    count("200"),
    "Give how many fetches one workload may make at once.",
  ),
  COUNTERSIGN_GATEWAY_PER_SECOND: variable(
    count("50"),
    "Give how many fetches a second one workload may go on with.",
  ),
};

/**
 * Reads the gateway's configuration, its credential included.
 * @throws ConfigurationFault naming every variable that is wrong
 */
export function loadGatewayConfig(environment = process.env): GatewayConfig {
  const read = parseEnvironment(variables, environment);
  return {
    host: read.COUNTERSIGN_GATEWAY_HOST,
    port: read.COUNTERSIGN_GATEWAY_PORT,
    statusHost: read.COUNTERSIGN_GATEWAY_STATUS_HOST,
    statusPort: read.COUNTERSIGN_GATEWAY_STATUS_PORT,
    trustDomain: read.COUNTERSIGN_TRUST_DOMAIN,
    maxSvidLifetimeSeconds: read.COUNTERSIGN_SVID_MAX_SECONDS,
    tlsFiles: {
      certificate: read.COUNTERSIGN_GATEWAY_CERTIFICATE_FILE,
      privateKey: read.COUNTERSIGN_GATEWAY_KEY_FILE,
      trust: read.COUNTERSIGN_TRUST_BUNDLE_FILE,
    },
    keyServiceSocket: read.COUNTERSIGN_GATEWAY_SOCKET,
    credential: readCredential(read.COUNTERSIGN_GATEWAY_CREDENTIAL_FILE),
    rate: { burst: read.COUNTERSIGN_GATEWAY_BURST, perSecond: read.COUNTERSIGN_GATEWAY_PER_SECOND },
  };
}

function readCredential(path: string): string {
  const name = "COUNTERSIGN_GATEWAY_CREDENTIAL_FILE";
  const credential = readSecretFile(path, name);
  if (gatewayCredential.safeParse(credential).success) return credential;
  const problem = `the file ${path} holds no gateway's credential. It is the one that the genesis file names: 43 to 100 letters, digits, hyphens and underscores.`;
  throw new ConfigurationFault([{ variable: name, problem }]);
}
