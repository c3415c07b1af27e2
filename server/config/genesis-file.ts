import { readFileSync } from "node:fs";
import { type TenantId, tenantId } from "@countersign/protocol/names";
import { type Assignment, assignment } from "@countersign/protocol/roles";
import { type Issuer, issuer, subject } from "@countersign/protocol/sign-in";
import { OPENED_TEXT } from "@countersign/protocol/text";
import { z } from "zod";
import { ConfigurationFault } from "./environment.ts";

/** Somebody who is to be there from the first entry on. */
export type NamedInGenesis = {
  readonly tenant: TenantId;
  readonly name: string;
  readonly roles: readonly Assignment[];
  readonly accounts: readonly { readonly issuer: Issuer; readonly subject: string }[];
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

const genesis = z.strictObject({
  format: z.literal("countersign/genesis/v1"),
  tenants: z
    .array(z.strictObject({ tenant: tenantId, people: z.array(person).min(1).max(MOST_PEOPLE) }))
    .min(1)
    .max(MOST_PEOPLE),
});

/**
 * Reads who founds a production installation. Only read where there is no ledger yet.
 *
 * @returns the people of all tenants, in the order of the file
 * @throws ConfigurationFault naming each place that is wrong; it quotes nothing of the file but names of fields
 */
export function readGenesisFile(path: string): readonly NamedInGenesis[] {
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
  return parsed.data.tenants.flatMap(({ tenant, people }) =>
    people.map((each) => ({ tenant, ...each })),
  );
}
