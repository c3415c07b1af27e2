/** How long things may take, in milliseconds. Tests shorten them; production keeps the defaults. */
export type LedgerTiming = {
  /** PostgreSQL gives up a statement after this. */
  readonly statementTimeoutMs: number;
  /** We give up waiting for PostgreSQL after this; longer than the statement timeout, shorter than `penStaleMs`. */
  readonly writeDeadlineMs: number;
  /** For the log key's signature and for the checkpoint file. */
  readonly sideDeadlineMs: number;
  readonly connectTimeoutMs: number;
  readonly penRenewMs: number;
  /** A pen that was not renewed for so long may be taken by another process. */
  readonly penStaleMs: number;
  /** How far the checkpoint file may lag behind the database. */
  readonly checkpointFileMs: number;
  /** One attempt at one witness. */
  readonly witnessAttemptMs: number;
  /** At start: how long witnesses are waited for. */
  readonly witnessOpenMs: number;
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
  witnessHeartbeatMs: 30_000,
  witnessBackoffMs: 100,
  witnessBackoffMaxMs: 5_000,
};
