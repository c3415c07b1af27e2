/** How long things may take, in milliseconds. Tests shorten them; production keeps the defaults. */
export type LedgerTiming = {
  /** PostgreSQL gives up a statement after this. */
  readonly statementTimeoutMs: number;
  /** We give up waiting for PostgreSQL after this; longer than the statement timeout. */
  readonly writeDeadlineMs: number;
  /** For the log key's signature and for the checkpoint file. */
  readonly sideDeadlineMs: number;
  readonly connectTimeoutMs: number;
  readonly penRenewMs: number;
  /**
   * A pen that was not renewed for so long may be taken by another process. Short is safe, since the fence
   * and not the lease keeps two writers apart; shorter than `writeDeadlineMs`, a writer whose database hangs
   * learns that it lost the pen only when its statement ends.
   */
  readonly penStaleMs: number;
  /** How far the checkpoint file may lag behind the database. */
  readonly checkpointFileMs: number;
  /** One attempt at one witness. */
  readonly witnessAttemptMs: number;
  /** At start: how long witnesses are waited for. */
  readonly witnessOpenMs: number;
  /** At a graceful stop: how long a last cosignature is waited for. */
  readonly witnessCloseMs: number;
  readonly witnessHeartbeatMs: number;
  /** First pause after a round without quorum; doubles up to `witnessBackoffMaxMs`. */
  readonly witnessBackoffMs: number;
  readonly witnessBackoffMaxMs: number;
};

export const defaultTiming: LedgerTiming = {
  statementTimeoutMs: 5_000,
  writeDeadlineMs: 8_000,
  sideDeadlineMs: 5_000,
  connectTimeoutMs: 5_000,
  penRenewMs: 2_000,
  penStaleMs: 10_000,
  checkpointFileMs: 200,
  witnessAttemptMs: 2_000,
  witnessOpenMs: 3_000,
  witnessCloseMs: 3_000,
  witnessHeartbeatMs: 30_000,
  witnessBackoffMs: 100,
  witnessBackoffMaxMs: 5_000,
};

/** The lease of the pen: renewed five times before it goes stale. */
export function penLease(penStaleMs: number): Pick<LedgerTiming, "penStaleMs" | "penRenewMs"> {
  return { penStaleMs, penRenewMs: Math.floor(penStaleMs / 5) };
}
