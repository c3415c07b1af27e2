import { z } from "zod";
import { AAGUIDS_VARIABLE, ROOTS_VARIABLE } from "./attestation-files.ts";
import { absolutePath, host, port, postgresUrl, variable } from "./environment.ts";
import { singleSignOnVariables } from "./single-sign-on.ts";

/** Every environment variable of the key service: its form, and what to do where it is wrong. */
export const keyServiceVariables = {
  ...singleSignOnVariables,
  COUNTERSIGN_STATE_DIR: variable(
    absolutePath,
    "Give the absolute path of a folder that only this account can read.",
  ),
  COUNTERSIGN_DATABASE_URL: variable(
    postgresUrl,
    "Give postgresql://countersign_key_service@host:port/database.",
  ),
  COUNTERSIGN_DATABASE_PASSWORD_FILE: variable(
    absolutePath.optional(),
    "Give the absolute path of a file (0600) that holds the role's password.",
  ),
  COUNTERSIGN_PKCS11_MODULE: variable(
    absolutePath,
    "Give the absolute path of the PKCS#11 library of your HSM, e.g. /usr/lib/softhsm/libsofthsm2.so.",
  ),
  COUNTERSIGN_PKCS11_TOKEN: variable(
    z.string().min(1).max(32),
    "Give the label of the token, at most 32 characters.",
  ),
  COUNTERSIGN_PKCS11_PIN_FILE: variable(
    absolutePath,
    "Give the absolute path of a file (0600) that holds the user PIN of the token.",
  ),
  COUNTERSIGN_PKCS11_INIT_PARAMETERS: variable(
    z.string().min(1).optional(),
    "Give the library's initialisation string, or leave it out.",
  ),
  SOFTHSM2_CONF: variable(
    absolutePath.optional(),
    "Give the absolute path of softhsm2.conf, whose directories.tokendir is absolute too.",
  ),
  COUNTERSIGN_DESK_ORIGIN: variable(
    z.url({ protocol: /^https?$/ }).refine((text) => new URL(text).origin === text),
    "Give scheme, host and port without a path, e.g. https://desk.example.com.",
  ),
  COUNTERSIGN_DESK_HOST: variable(host.default("127.0.0.1"), "Give the address to listen on."),
  COUNTERSIGN_DESK_PORT: variable(port, "Give the port to listen on, 0 to 65535."),
  COUNTERSIGN_DESK_PAGE_DIR: variable(
    absolutePath,
    "Give the absolute path of the built desk page, dist/desk of the checkout.",
  ),
  COUNTERSIGN_DESK_TLS_CERT: variable(
    absolutePath.optional(),
    "Give the absolute path of the desk's certificate, PEM, its chain after it.",
  ),
  COUNTERSIGN_DESK_TLS_KEY: variable(
    absolutePath.optional(),
    "Give the absolute path of a file (0600) with the private key of that certificate, PEM.",
  ),
  [ROOTS_VARIABLE]: variable(
    absolutePath.optional(),
    "Give the absolute path of a folder with the root certificates of the makers whose hardware keys you allow.",
  ),
  [AAGUIDS_VARIABLE]: variable(
    absolutePath.optional(),
    "Give the absolute path of a JSON file: a list of the AAGUIDs of the models that you allow.",
  ),
  COUNTERSIGN_PEOPLE_FILE: variable(
    absolutePath.optional(),
    "Give the absolute path for the first people's enrolment links.",
  ),
  COUNTERSIGN_RPC_SOCKET: variable(
    absolutePath.max(107),
    "Give the absolute path of a unix socket: at most 107 characters, the system's limit.",
  ),
  COUNTERSIGN_GATEWAY_SOCKET: variable(
    absolutePath.max(107).optional(),
    "Give the absolute path of a unix socket for gateways (at most 107 characters), or leave it out.",
  ),
  COUNTERSIGN_WITNESSES_FILE: variable(
    absolutePath,
    "Give the absolute path of a JSON file: a list of {url, verifierKey}.",
  ),
  COUNTERSIGN_WITNESS_QUORUM: variable(
    z
      .string()
      .regex(/^[1-9]\d?$/)
      .default("1")
      .transform(Number),
    "Give how many witnesses must have cosigned, at least 1.",
  ),
  COUNTERSIGN_PEN_STALE_MS: variable(
    z
      .string()
      .regex(/^\d{4,6}$/)
      .default("10000")
      .transform(Number)
      .refine((milliseconds) => milliseconds >= 1_000 && milliseconds <= 600_000),
    "Give milliseconds, 1000 to 600000: how long a dead key service keeps its successor waiting.",
  ),
  COUNTERSIGN_LOG_VERIFIER_KEY_FILE: variable(
    absolutePath.optional(),
    "Give the absolute path where the log's verifier key should be written.",
  ),
  COUNTERSIGN_CHECK_EVERY_SECONDS: variable(
    z
      .string()
      .regex(/^[1-9]\d{0,4}$/)
      .default("600")
      .transform(Number),
    "Give how often all that is stored is compared with the ledger, 1 to 99999 seconds.",
  ),
  COUNTERSIGN_KEY_SERVICE_STATUS_PORT: variable(
    port.optional(),
    "Give the port on 127.0.0.1 where health and metrics are asked, or leave it out.",
  ),
  COUNTERSIGN_GENESIS: variable(
    z.enum(["development", "production"]).optional(),
    "For a first start give `development` (the development cast) or `production` (COUNTERSIGN_GENESIS_FILE); later leave it out.",
  ),
  COUNTERSIGN_GENESIS_FILE: variable(
    absolutePath.optional(),
    "Give the absolute path of the JSON file that names the first people.",
  ),
};
