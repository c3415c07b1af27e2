import { type Digest, digest, secretId } from "@countersign/protocol/ids";
import { tenantId } from "@countersign/protocol/names";
import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { createTestDatabase } from "../../../../tests/support/postgres.ts";
import { createPool } from "../../../db/pool.ts";
import { digestBytesNow } from "../../../kernel/digest.ts";
import { EnvelopeStore } from "./envelope-store.ts";

const database = await createTestDatabase();
const pool = createPool({ url: database.url, application: "test" });
const envelopes = new EnvelopeStore(pool);
const acme = tenantId.parse("acme");
const globex = tenantId.parse("globex");
const secret = secretId.parse(`s-${"a".repeat(26)}`);

async function staged(text: string, tenant = acme): Promise<{ digest: Digest; bytes: Buffer }> {
  const bytes = Buffer.from(text);
  const row = { digest: digest.parse(digestBytesNow("envelope", bytes)), bytes };
  await envelopes.stage({ ...row, tenant, secret, version: 1 });
  return row;
}

async function asDba(text: string, ...values: string[]): Promise<void> {
  const dba = new pg.Client({ connectionString: database.adminUrl });
  await dba.connect();
  await dba.query(text, values);
  await dba.end();
}

afterAll(async () => {
  await pool.end();
  await database.drop();
});

describe("stored envelopes", () => {
  it("KEY-2 come each to whoever asked for it, when a hundred are asked for at once", async () => {
    const rows = await Promise.all(Array.from({ length: 100 }, (_, i) => staged(`envelope ${i}`)));
    const asked = rows.flatMap((row) => [row, row]);
    const loaded = await Promise.all(asked.map((row) => envelopes.load(acme, row.digest)));
    expect(loaded).toEqual(asked.map((row) => row.bytes));
  });

  it("TENANT-1 L11 are not there for another tenant that asks at the same time", async () => {
    const { digest: own, bytes } = await staged("of acme");
    const [mine, theirs] = await Promise.all([
      envelopes.load(acme, own),
      envelopes.load(globex, own),
    ]);
    expect(mine).toEqual(bytes);
    expect(theirs).toBeNull();
  });

  it("AUD-2 are read anew by each who asks: a row that was changed in between comes changed", async () => {
    const { digest: own } = await staged("before");
    await envelopes.load(acme, own);
    await asDba("UPDATE keyservice.envelope SET sealed = 'after' WHERE digest = $1", own);
    expect(String(await envelopes.load(acme, own))).toBe("after");
  });

  it("fail for all who asked while the database cannot answer, and come again when it can", async () => {
    const { digest: own, bytes } = await staged("there and back");
    await asDba("ALTER TABLE keyservice.envelope RENAME TO gone");
    const asked = await Promise.allSettled([envelopes.load(acme, own), envelopes.load(acme, own)]);
    expect(asked.map((it) => it.status)).toEqual(["rejected", "rejected"]);
    await asDba("ALTER TABLE keyservice.gone RENAME TO envelope");
    expect(await envelopes.load(acme, own)).toEqual(bytes);
  });
});
