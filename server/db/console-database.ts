import type { TenantId } from "@countersign/protocol/names";
import { PrismaPg } from "@prisma/adapter-pg";
import { type Prisma, PrismaClient } from "../../generated/prisma/client.ts";
import { ofTenant } from "./own-tenant.ts";

/** What the console's role may touch: projections to read, its own tables to write. No primary table. */
type Own = "delivery" | "mailSetting" | "notice" | "preference" | "toldUntil";
type Projection =
  | "auditEntry"
  | "binding"
  | "cursor"
  | "device"
  | "grant"
  | "grantSecret"
  | "hardwareKey"
  | "linkedIdentity"
  | "person"
  | "proposal"
  | "release"
  | "secret"
  | "secretVersion"
  | "signatureLine"
  | "signedSession"
  | "tenant";
/** Queries inside one transaction of one tenant. */
export type TenantReads = Pick<Prisma.TransactionClient, Projection | Own | "$queryRaw">;
export type TenantWrites = Pick<Prisma.TransactionClient, Own | "$queryRaw">;
/** Sessions are found by their digest before anybody's tenant is known. */
export type SessionRows = PrismaClient["consoleSession"];

const SLOWEST_MS = 10_000;

/**
 * The console's view of the database, as the role `countersign_console`. Every query about a tenant runs in
 * `withTenant`: one transaction whose `app.tenant` row-level security compares with each row, and whose queries
 * ask for that tenant by themselves (`own-tenant.ts`), so that a forgotten `where` shows nothing of anybody else. Connections carry no tenant from one transaction to the next.
 */
export class ConsoleDatabase {
  readonly #prisma: PrismaClient;

  constructor(options: { readonly url: string; readonly maxConnections?: number }) {
    const adapter = new PrismaPg(
      {
        connectionString: options.url,
        application_name: "countersign-console",
        max: options.maxConnections ?? 10,
        connectionTimeoutMillis: 5_000,
        statement_timeout: SLOWEST_MS,
        idle_in_transaction_session_timeout: 2 * SLOWEST_MS,
        keepAlive: true,
      },
      // A connection that ends while idle is replaced by the pool; the next query tells of a database that is gone.
      { onPoolError: () => {}, onConnectionError: () => {} },
    );
    this.#prisma = new PrismaClient({ adapter, errorFormat: "minimal" });
  }

  get sessions(): SessionRows {
    return this.#prisma.consoleSession;
  }

  /** Reads of one tenant: a read-only transaction. @throws what `work` throws, and faults of the database */
  withTenant<T>(tenant: TenantId, work: (tx: TenantReads) => Promise<T>): Promise<T> {
    return this.#of(tenant).$transaction(
      async (tx) => {
        await tx.$queryRaw`SELECT set_config('app.tenant', ${tenant}, true), set_config('transaction_read_only', 'on', true)`;
        return work(tx);
      },
      { maxWait: 5_000, timeout: SLOWEST_MS },
    );
  }

  /** Writes of the console's own rows of one tenant. */
  writeAsTenant<T>(tenant: TenantId, work: (tx: TenantWrites) => Promise<T>): Promise<T> {
    return this.#of(tenant).$transaction(async (tx) => {
      await tx.$queryRaw`SELECT set_config('app.tenant', ${tenant}, true)`;
      return work(tx);
    });
  }

  #of(tenant: TenantId): PrismaClient {
    // The extension changes what queries ask for and no shape; what `$extends` returns has further generics only.
    return this.#prisma.$extends(ofTenant(tenant)) as unknown as PrismaClient;
  }

  /** Whether it answers. Never throws. */
  async answers(): Promise<boolean> {
    try {
      await this.#prisma.$queryRaw`SELECT 1`;
      return true;
    } catch {
      return false;
    }
  }

  close(): Promise<void> {
    return this.#prisma.$disconnect();
  }
}
