import { readFileSync } from "node:fs";
import { type Issuer, issuer } from "@countersign/protocol/sign-in";
import { z } from "zod";
import { absolutePath, ConfigurationFault, type Parsed, variable } from "./environment.ts";

/** An identity provider, and where its keys are had. Only these say who somebody is (lesson L16). */
export type IdentityProviderAddress = {
  /** Exactly as the provider writes it in its tokens. */
  readonly issuer: Issuer;
  /** What the provider calls this installation's console. */
  readonly clientId: string;
  /** Where its JSON Web Key Set stands; null: where the issuer's discovery document says. */
  readonly jwksUri: string | null;
};

export type SingleSignOn = {
  readonly identityProviders: readonly IdentityProviderAddress[];
  readonly console: {
    /** Null: there is no console, or the desk does not lead back to it. */
    readonly origin: string | null;
    /** Paths of the console to which the desk may lead back; each stands for what is below it too, `/` for itself. */
    readonly returnPaths: readonly string[];
  };
};

const RETURN_PATHS = "/,/sign-in,/overview,/secrets,/requests,/audit,/people,/workloads,/status";
const returnPath = z.string().regex(/^\/(?:[a-z0-9-]+(?:\/[a-z0-9-]+)*)?$/);

export const singleSignOnVariables = {
  COUNTERSIGN_IDENTITY_PROVIDERS_FILE: variable(
    absolutePath.optional(),
    "Give the absolute path of a JSON file: a list of {issuer, clientId, jwksUri?}; leave it out to go without single sign-on.",
  ),
  COUNTERSIGN_CONSOLE_ORIGIN: variable(
    z
      .url({ protocol: /^https?$/ })
      .refine((text) => URL.canParse(text) && new URL(text).origin === text)
      .optional(),
    "Give scheme, host and port without a path, e.g. https://console.example.com.",
  ),
  COUNTERSIGN_CONSOLE_RETURN_PATHS: variable(
    z
      .string()
      .default(RETURN_PATHS)
      .transform((text) => text.split(","))
      .pipe(z.array(returnPath).max(50)),
    "Give paths of the console with commas between them, e.g. /,/requests.",
  ),
};

const webAddress = z.url({ protocol: /^https?$/ }).max(300);
const providers = z
  .array(
    z.strictObject({
      issuer,
      clientId: z.string().regex(/^[!-~]{1,200}$/),
      jwksUri: webAddress.nullable().default(null),
    }),
  )
  .max(8)
  .refine((list) => new Set(list.map((each) => each.issuer)).size === list.length)
  .refine((list) => list.every((each) => isSafe(each.issuer) && isSafe(each.jwksUri)));

/** Keys that came over an open network are anybody's. */
function isSafe(address: string | null): boolean {
  if (address === null) return true;
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  const isLocal = hostname === "localhost" || hostname.endsWith(".localhost");
  return protocol === "https:" || isLocal || hostname === "127.0.0.1";
}

/** @throws ConfigurationFault */
export function readSingleSignOn(read: Parsed<typeof singleSignOnVariables>): SingleSignOn {
  const path = read.COUNTERSIGN_IDENTITY_PROVIDERS_FILE;
  return {
    identityProviders: path === undefined ? [] : readProviders(path),
    console: {
      origin: read.COUNTERSIGN_CONSOLE_ORIGIN ?? null,
      returnPaths: read.COUNTERSIGN_CONSOLE_RETURN_PATHS,
    },
  };
}

function readProviders(path: string): readonly IdentityProviderAddress[] {
  const refuse = (problem: string) =>
    new ConfigurationFault([{ variable: "COUNTERSIGN_IDENTITY_PROVIDERS_FILE", problem }]);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw refuse(`the file ${path} cannot be read as JSON. Write a list of {issuer, clientId}.`);
  }
  const parsed = providers.safeParse(content);
  if (parsed.success) return parsed.data;
  throw refuse(
    `the file ${path} must be a list of at most 8 {issuer, clientId, jwksUri?}, each issuer once, with https addresses (http for this machine only).`,
  );
}
