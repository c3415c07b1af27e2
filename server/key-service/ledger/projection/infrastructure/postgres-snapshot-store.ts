import type pg from "pg";
import { inTransaction } from "../../../../db/pool.ts";
import type { SnapshotStore, StoredSnapshot } from "../../application/snapshot.ts";

/** `SnapshotStore` in `keyservice.snapshot`. */
export class PostgresSnapshotStore implements SnapshotStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async sizes(): Promise<number[]> {
    const { rows } = await this.#pool.query<{ size: number }>(
      // A size that no ledger reaches must not stop a start.
      "SELECT size FROM keyservice.snapshot WHERE size BETWEEN 0 AND $1 ORDER BY size DESC",
      [Number.MAX_SAFE_INTEGER],
    );
    return rows.map((row) => row.size);
  }

  async read(size: number): Promise<StoredSnapshot | null> {
    const { rows } = await this.#pool.query<StoredSnapshot>(
      'SELECT size, root, fold_version AS "foldVersion", state, signature FROM keyservice.snapshot WHERE size = $1',
      [size],
    );
    return rows[0] ?? null;
  }

  async save({ size, root, foldVersion, state, signature }: StoredSnapshot, keep: number) {
    await inTransaction(this.#pool, async (client) => {
      await client.query(
        `INSERT INTO keyservice.snapshot (size, root, fold_version, state, signature) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (size) DO UPDATE SET root = excluded.root, fold_version = excluded.fold_version,
           state = excluded.state, signature = excluded.signature`,
        [size, root, foldVersion, state, signature],
      );
      // A row beyond what was folded cannot be ours: it would hold a place for ever.
      await client.query(
        `DELETE FROM keyservice.snapshot WHERE size > $1 OR size NOT IN
           (SELECT size FROM keyservice.snapshot WHERE size <= $1 ORDER BY size DESC LIMIT $2)`,
        [size, keep],
      );
    });
  }

  async remove(size: number): Promise<void> {
    await this.#pool.query("DELETE FROM keyservice.snapshot WHERE size = $1", [size]);
  }
}
