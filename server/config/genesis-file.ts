import { readFileSync } from "node:fs";
import { gatewayCredential } from "@countersign/protocol/gateway-wire";
import { type TenantId, tenantId } from "@countersign/protocol/names";
import { type Assignment, assignment } from "@countersign/protocol/roles";
import { type Issuer, issuer, subject } from "@countersign/protocol/sign-in";
import { ENVIRONMENTS, type Environment } from "@countersign/protocol/taxonomy";
import { OPENED_TEXT } from "@countersign/protocol/text";
import { z } from "zod";
import { absolutePath, ConfigurationFault } from "./environment.ts";
import { TRUST_DOMAIN } from "./gateway-config.ts";
import { readSecretFile } from "./secret-file.ts";

/** Somebody who is to be there from the first entry on. */
export type NamedInGenesis = {
  readonly tenant: TenantId;
  readonly name: string;
  readonly roles: readonly Assignment[];
  readonly accounts: readonly { readonly issuer: Issuer; readonly subject: string }[];
};

/** A gateway that is to be served from the first entry on. */
export type GatewayInGenesis = {
  readonly name: string;
  readonly trustDomain: string;
  readonly tenants: readonly TenantId[];
  readonly environments: readonly Environment[];
  /** Its bearer credential, which the gateway's own configuration holds too. Never kept, only its digest. */
  readonly credential: string;
};

export type GenesisFile = {
  /** Of all tenants, in the order of the file. */
  readonly people: readonly NamedInGenesis[];
  readonly gateways: readonly GatewayInGenesis[];
};

const VARIABLE = "COUNTERSIGN_GENESIS_FILE";
const MOST_SHOWN = 10;
/** What fits into one ledger entry, with a few roles each. */
const MOST_PEOPLE = 100;

const assignmentInFile = z
  .strictObject({ role: z.string(), service: z.string().nullable().default(null) })
  .pipe(assignment);

const person = z.strictObject({
  name: OPENED_TEXT["person-name"],
  roles: z.array(assignmentInFile).max(20),
  accounts: z.array(z.strictObject({ issuer, subject })).max(8).default([]),
});

const gateway = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,99}$/, "lower-case letters, digits, dots, hyphens"),
  trustDomain: TRUST_DOMAIN,
  tenants: z.array(tenantId).min(1).max(MOST_PEOPLE),
  environments: z.array(z.enum(ENVIRONMENTS)).min(1),
  credentialFile: absolutePath,
});

const genesis = z.strictObject({
  format: z.literal("countersign/genesis/v1"),
  tenants: z
    .array(z.strictObject({ tenant: tenantId, people: z.array(person).min(1).max(MOST_PEOPLE) }))
    .min(1)
    .max(MOST_PEOPLE),
  gateways: z.array(gateway).max(20).default([]),
});

/**
 * Reads who founds an installation, and which gateways it serves. Only read where there is no ledger yet.
 *
 * @throws ConfigurationFault naming each place that is wrong; it quotes nothing of the file but names of fields
 */
export function readGenesisFile(path: string): GenesisFile {
  const refuse = (problem: string) => new ConfigurationFault([{ variable: VARIABLE, problem }]);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw refuse(
      `the file ${path} cannot be read as JSON. docs/real-parts.md shows what it looks like.`,
    );
  }
  const parsed = genesis.safeParse(content);
  if (!parsed.success) {
    const places = parsed.error.issues
      .slice(0, MOST_SHOWN)
      .map((issue) => `${issue.path.join(".") || "the whole"}: ${issue.message}`);
    throw refuse(
      `the file ${path} is not as docs/real-parts.md describes it. ${places.join("; ")}.`,
    );
  }
  const { tenants, gateways } = parsed.data;
  const founded = tenants.map((it) => it.tenant);
  return {
    people: tenants.flatMap(({ tenant, people }) => people.map((each) => ({ tenant, ...each }))),
    gateways: gateways.map(({ credentialFile, ...each }) => {
      const strange = each.tenants.find((it) => !founded.includes(it));
      if (strange !== undefined)
        throw refuse(
          `the gateway ${each.name} is to serve ${strange}, which ${path} does not found.`,
        );
      if (gateways.filter((it) => it.name === each.name).length > 1)
        throw refuse(`the file ${path} names two gateways ${each.name}.`);
      const credential = readSecretFile(credentialFile, VARIABLE);
      if (!gatewayCredential.safeParse(credential).success)
        throw refuse(
          `the file ${credentialFile} holds no credential that nobody guesses. Make one with \`openssl rand -hex 32\`.`,
        );
      return { ...each, credential };
    }),
  };
}
