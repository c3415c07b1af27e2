import type pg from "pg";
import { inSession } from "./session.ts";

/** A database role and its password. The name may be logged, the password never. */
export type RoleCredential = { readonly name: string; readonly password: string };

export type DatabaseRoles = {
  /** Reads and writes the primary tables and the projections. */
  readonly keyService: RoleCredential;
  /** Reads the projections; writes its own schema `console`. Sees no primary table. */
  readonly console: RoleCredential;
};

export const KEY_SERVICE_ROLE = "countersign_key_service";
export const CONSOLE_ROLE = "countersign_console";

/** Any fixed number: two starts at once take turns, since `CREATE ROLE` is global to the server. */
const ROLES_LOCK = 7_021_004;

const POWERLESS = "NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT";

/**
 * Tables of schema keyservice where the key service has less than full DML, and what it has.
 * The ledger only grows: who takes the key service's own database password cannot edit an entry in
 * place (and an edit by the administrator fails against the tree).
 */
const NARROWER_GRANTS: Readonly<Record<string, string>> = {
  ledger_entry: "SELECT, INSERT",
  tree_head: "SELECT, INSERT, UPDATE",
};

/**
 * Creates or updates both roles and states every privilege anew, so that what was granted by hand or
 * by an older version is gone afterwards. Run after each migration; idempotent; one transaction.
 *
 * Neither role may be superuser, bypass row-level security, or create roles and databases. Who holds
 * the console's credential can read projections and write the console's own rows, and no more.
 *
 * @param adminUrl address of this database as a role that may create roles
 * @throws DatabaseFault `no-rights` when the administrator's role may not do this
 */
export async function applyRoles(adminUrl: string, roles: DatabaseRoles): Promise<void> {
  await inSession(adminUrl, async (client) => {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock($1)", [ROLES_LOCK]);
    for (const role of [roles.keyService, roles.console]) await createOrUpdate(client, role);
    await client.query(await grants(client, roles));
    await client.query("COMMIT");
  });
}

async function createOrUpdate(client: pg.Client, role: RoleCredential): Promise<void> {
  const name = client.escapeIdentifier(role.name);
  const login = `LOGIN PASSWORD ${client.escapeLiteral(role.password)}`;
  const { rows } = await client.query<{ powerful: boolean }>(
    "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication AS powerful " +
      "FROM pg_roles WHERE rolname = $1",
    [role.name],
  );
  const [known] = rows;
  if (known === undefined) await client.query(`CREATE ROLE ${name} ${POWERLESS} ${login}`);
  // To name a superuser's attribute, even to take it away, takes a superuser: only where it is needed.
  else await client.query(`ALTER ROLE ${name} ${known.powerful ? POWERLESS : ""} ${login}`);
}

async function grants(client: pg.Client, roles: DatabaseRoles): Promise<string> {
  const keyService = client.escapeIdentifier(roles.keyService.name);
  const consoleRole = client.escapeIdentifier(roles.console.name);
  const both = `${keyService}, ${consoleRole}`;
  const { rows } = await client.query<{ name: string }>("SELECT current_database() AS name");
  const database = client.escapeIdentifier(rows[0]?.name ?? "");
  const narrower = Object.entries(NARROWER_GRANTS).flatMap(([table, privileges]) => [
    `REVOKE ALL ON keyservice.${table} FROM ${keyService}`,
    `GRANT ${privileges} ON keyservice.${table} TO ${keyService}`,
  ]);
  return [
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
    `GRANT CONNECT ON DATABASE ${database} TO ${both}`,
    `REVOKE ALL ON SCHEMA public FROM PUBLIC`,
    `CREATE SCHEMA IF NOT EXISTS console`,
    `REVOKE ALL ON SCHEMA keyservice, projection, console FROM PUBLIC, ${both}`,
    `REVOKE ALL ON ALL TABLES IN SCHEMA keyservice, projection, console, public FROM PUBLIC, ${both}`,
    `GRANT USAGE ON SCHEMA keyservice, projection TO ${keyService}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA keyservice TO ${keyService}`,
    ...narrower,
    `GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA projection TO ${keyService}`,
    `GRANT USAGE ON SCHEMA projection TO ${consoleRole}`,
    `GRANT SELECT ON ALL TABLES IN SCHEMA projection TO ${consoleRole}`,
    `GRANT USAGE ON SCHEMA console TO ${consoleRole}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA console TO ${consoleRole}`,
  ].join(";\n");
}
