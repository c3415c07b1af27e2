import { z } from "zod";
import {
  absolutePath,
  ConfigurationFault,
  host,
  parseEnvironment,
  port,
  postgresUrl,
  variable,
} from "./environment.ts";
import { readSecretFile } from "./secret-file.ts";

/** What the console process is told from outside. */
export type ConsoleConfig = {
  /** Scheme, host and port under which browsers know it, e.g. `https://console.example.com`. */
  readonly origin: string;
  /** With the role's password: never logged. */
  readonly databaseUrl: string;
  /** Unix socket of the key service's console RPC. */
  readonly rpcSocket: string;
  /** Reads the bearer credential, which the key service writes at its first start. */
  readonly rpcCredential: () => string;
  readonly identityProvider: {
    /** Exactly as the provider writes it in its tokens. */
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly idTokenAlgorithm: "RS256" | "PS256" | "ES256" | "EdDSA";
  };
  /** Encrypts the cookies of a sign-in in progress. */
  readonly cookieSecret: string;
};

const origin = z
  .url({ protocol: /^https?$/ })
  .refine((text) => new URL(text).origin === text)
  // Without TLS a browser sends session cookies in clear: only where they do not leave the machine.
  .refine(
    (text) => text.startsWith("https:") || /^http:\/\/(?:[a-z]+\.)?localhost(?::|$)/.test(text),
  );

const CREDENTIAL = "COUNTERSIGN_CONSOLE_CREDENTIAL_FILE";
const variables = {
  COUNTERSIGN_CONSOLE_ORIGIN: variable(
    origin,
    "Give scheme, host and port without a path, e.g. https://console.example.com; http only for localhost.",
  ),
  COUNTERSIGN_CONSOLE_DATABASE_URL: variable(
    postgresUrl,
    "Give postgresql://countersign_console@host:port/database.",
  ),
  COUNTERSIGN_CONSOLE_DATABASE_PASSWORD_FILE: variable(
    absolutePath.optional(),
    "Give the absolute path of a file (0600) that holds the role's password.",
  ),
  COUNTERSIGN_RPC_SOCKET: variable(
    absolutePath,
    "Give the absolute path of the key service's unix socket.",
  ),
  [CREDENTIAL]: variable(
    absolutePath,
    "Give the absolute path of the file (0600) into which the key service writes the console's credential.",
  ),
  COUNTERSIGN_OIDC_ISSUER: variable(
    z.url({ protocol: /^https?$/ }),
    "Give the issuer of your identity provider exactly as it stands in its tokens.",
  ),
  COUNTERSIGN_OIDC_CLIENT_ID: variable(
    z.string().min(1).max(200),
    "Give the client id under which the identity provider knows the console.",
  ),
  COUNTERSIGN_OIDC_CLIENT_SECRET_FILE: variable(
    absolutePath,
    "Give the absolute path of a file (0600) that holds the client secret.",
  ),
  COUNTERSIGN_OIDC_ID_TOKEN_ALGORITHM: variable(
    z.enum(["RS256", "PS256", "ES256", "EdDSA"]).default("RS256"),
    "Give RS256, PS256, ES256 or EdDSA, or leave it out.",
  ),
  COUNTERSIGN_COOKIE_SECRET_FILE: variable(
    absolutePath,
    "Give the absolute path of a file (0600) that holds 32 or more random characters.",
  ),
};

/** @throws ConfigurationFault naming every variable that is wrong */
export function loadConsoleConfig(environment = process.env): ConsoleConfig {
  const read = parseEnvironment(variables, environment);
  const databaseUrl = new URL(read.COUNTERSIGN_CONSOLE_DATABASE_URL);
  const passwordFile = read.COUNTERSIGN_CONSOLE_DATABASE_PASSWORD_FILE;
  if (passwordFile !== undefined) {
    databaseUrl.password = readSecretFile(
      passwordFile,
      "COUNTERSIGN_CONSOLE_DATABASE_PASSWORD_FILE",
    );
  }
  const cookieSecret = readSecretFile(
    read.COUNTERSIGN_COOKIE_SECRET_FILE,
    "COUNTERSIGN_COOKIE_SECRET_FILE",
  );
  if (cookieSecret.length < 32) {
    throw new ConfigurationFault([
      { variable: "COUNTERSIGN_COOKIE_SECRET_FILE", problem: "holds fewer than 32 characters." },
    ]);
  }
  return {
    origin: read.COUNTERSIGN_CONSOLE_ORIGIN,
    databaseUrl: databaseUrl.href,
    rpcSocket: read.COUNTERSIGN_RPC_SOCKET,
    rpcCredential: () => readSecretFile(read[CREDENTIAL], CREDENTIAL),
    identityProvider: {
      issuer: read.COUNTERSIGN_OIDC_ISSUER,
      clientId: read.COUNTERSIGN_OIDC_CLIENT_ID,
      clientSecret: readSecretFile(
        read.COUNTERSIGN_OIDC_CLIENT_SECRET_FILE,
        "COUNTERSIGN_OIDC_CLIENT_SECRET_FILE",
      ),
      idTokenAlgorithm: read.COUNTERSIGN_OIDC_ID_TOKEN_ALGORITHM,
    },
    cookieSecret,
  };
}

/** The console's origin alone, for what runs before the rest is needed. @throws ConfigurationFault */
export function loadConsoleOrigin(environment = process.env): string {
  const { COUNTERSIGN_CONSOLE_ORIGIN } = variables;
  return parseEnvironment({ COUNTERSIGN_CONSOLE_ORIGIN }, environment).COUNTERSIGN_CONSOLE_ORIGIN;
}

const listenerVariables = {
  COUNTERSIGN_CONSOLE_HOST: variable(host.default("127.0.0.1"), "Give the address to listen on."),
  COUNTERSIGN_CONSOLE_PORT: variable(port, "Give the port to listen on, 1 to 65535."),
  COUNTERSIGN_CONSOLE_STATUS_PORT: variable(
    port.optional(),
    "Give the port on 127.0.0.1 where health and metrics are asked, or leave it out.",
  ),
  COUNTERSIGN_ROOT_DIR: variable(
    absolutePath,
    "Give the absolute path of the checkout, in whose dist/console the built pages stand.",
  ),
};

/** Where the process listens and finds its pages. @throws ConfigurationFault */
export function loadConsoleListener(environment = process.env) {
  const read = parseEnvironment(listenerVariables, environment);
  return {
    host: read.COUNTERSIGN_CONSOLE_HOST,
    port: read.COUNTERSIGN_CONSOLE_PORT,
    /** On loopback; null: nowhere. */
    statusPort: read.COUNTERSIGN_CONSOLE_STATUS_PORT ?? null,
    rootDir: read.COUNTERSIGN_ROOT_DIR,
  };
}

/** next-auth builds its callback address from this variable alone, never from a request's Host. */
export function tellNextAuth({ origin: address }: Pick<ConsoleConfig, "origin">): void {
  process.env.NEXTAUTH_URL = address;
}
