import { randomBytes } from "node:crypto";
import type { PoolConfig } from "pg";
import type { Clock } from "../../../kernel/clock.ts";
import { LedgerFault } from "../domain/ledger.ts";
import { CheckpointFile } from "./checkpoint-file.ts";
import { LedgerSession } from "./ledger-session.ts";
import { createLedgerIfAbsent, loadHistory } from "./load-history.ts";
import { LogSigner } from "./log-signer.ts";
import { type Pen, releasePen, tryTakePen, waitForPen } from "./pen.ts";
import { defaultTiming, type LedgerTiming } from "./timing.ts";
import { WitnessClient, type WitnessEndpoint } from "./witness-client.ts";
import { WriterConnection } from "./writer-connection.ts";

export type PostgresLedgerOptions = {
  /** Origin of the log, and the name of its key: no spaces, no plus; fixed at genesis. */
  readonly origin: string;
  /** SubjectPublicKeyInfo, DER, of the P-256 log key. */
  readonly logPublicKey: Buffer;
  /** Signs a 32-byte SHA-256 digest in the HSM; 64 bytes `r || s`. */
  readonly signCheckpoint: (digest: Buffer) => Promise<Buffer>;
  readonly database: PoolConfig;
  /** The last checkpoint outside PostgreSQL: a path in a folder that exists, on another backup than the database. */
  readonly checkpointFile: string;
  /** Names this process to operators who ask who holds the pen. */
  readonly holder: string;
  /** `quorum` of `endpoints` must cosign. Without endpoints (quorum 0) nothing outside can contradict us. */
  readonly witnesses: { readonly endpoints: readonly WitnessEndpoint[]; readonly quorum: number };
  readonly clock: Clock;
  readonly timing?: Partial<LedgerTiming>;
  /** The ledger closed by itself: fenced, a lost connection, a differing history. Once for each opening. */
  readonly onFault?: (fault: LedgerFault) => void;
  /** Witnesses stopped making the quorum, with what each said; null: they make it again. Once each. */
  readonly onWitnessOutage?: (outage: string | null) => void;
  /** Told of each entry that is durable, how long its caller waited for that, in milliseconds. For figures. */
  readonly onDurable?: (waitedMs: number) => void;
};

export type OpeningParts = {
  readonly options: PostgresLedgerOptions;
  readonly timing: LedgerTiming;
  readonly signer: LogSigner;
  readonly file: CheckpointFile;
  readonly clients: readonly WitnessClient[];
  /** The configured name with a random end: another process under the same name is another holder. */
  readonly holder: string;
  /** The pen that was taken last, to give it up. */
  lastPen: Pen | null;
};

/** @throws Error for a quorum that cannot be had and for witnesses that cannot be told apart */
export function prepareOpening(options: PostgresLedgerOptions): OpeningParts {
  const timing = { ...defaultTiming, ...options.timing };
  const { endpoints, quorum } = options.witnesses;
  if (quorum > endpoints.length || quorum < (endpoints.length === 0 ? 0 : 1)) {
    throw new RangeError(`a quorum of ${quorum} cannot be had from ${endpoints.length} witnesses`);
  }
  const signer = new LogSigner({
    origin: options.origin,
    publicKey: options.logPublicKey,
    sign: options.signCheckpoint,
    deadlineMs: timing.sideDeadlineMs,
  });
  const log = {
    origin: options.origin,
    verifier: signer.verifier,
    attemptMs: timing.witnessAttemptMs,
  };
  const clients = endpoints.map((endpoint) => new WitnessClient(endpoint, log));
  if (new Set(clients.map((c) => c.name)).size !== clients.length) {
    throw new Error("two witnesses have the same name: their cosignatures could not be told apart");
  }
  const file = new CheckpointFile(options.checkpointFile, timing.sideDeadlineMs);
  const holder = `${options.holder} (${randomBytes(4).toString("hex")})`;
  return { options, timing, signer, file, clients, holder, lastPen: null };
}

/** Takes the pen, proves the history, and hands both to a session. @throws LedgerFault */
export async function openSession(
  parts: OpeningParts,
  standby: AbortSignal | undefined,
): Promise<LedgerSession> {
  const { options, timing, signer, file, clients } = parts;
  const connection = await WriterConnection.open(options.database, timing).catch(
    (error: unknown) => {
      throw asFault(error);
    },
  );
  try {
    await createLedgerIfAbsent(connection, signer);
    const pen =
      standby === undefined
        ? await takePen(connection, parts)
        : await waitForPen(connection, parts.holder, timing, standby);
    parts.lastPen = pen;
    const quorum = options.witnesses.quorum;
    const outside = { file, witnesses: clients, quorum, waitMs: timing.witnessOpenMs };
    const { tree, head } = await loadHistory(connection, signer, outside);
    await file.write(head.size, head.note);
    const { clock } = options;
    const { onFault = () => undefined, onWitnessOutage = () => undefined } = options;
    const { onDurable = () => undefined } = options;
    const witnesses = { clients, quorum };
    return new LedgerSession({
      connection,
      pen,
      tree,
      head,
      signer,
      file,
      witnesses,
      clock,
      timing,
      onFault,
      onWitnessOutage,
      onDurable,
    });
  } catch (error) {
    // Whoever refuses this history does not keep others from trying; a dead connection lets the pen go stale.
    if (parts.lastPen !== null) await releasePen(connection, parts.lastPen).catch(() => undefined);
    connection.destroy();
    throw standby?.aborted ? error : asFault(error);
  }
}

function asFault(error: unknown): LedgerFault {
  if (error instanceof LedgerFault) return error;
  const detail = error instanceof Error ? error.message : "unknown error";
  return new LedgerFault(
    "closed",
    `the ledger could not be opened (${detail}). Check PostgreSQL and the disk, then try again`,
    { cause: error },
  );
}

async function takePen(connection: WriterConnection, parts: OpeningParts): Promise<Pen> {
  const attempt = await tryTakePen(connection, parts.holder, parts.timing);
  if ("pen" in attempt) return attempt.pen;
  const { holder, silentMs } = attempt.heldBy;
  throw new LedgerFault(
    "fenced",
    `${holder} holds the pen of this ledger and renewed it ${silentMs} ms ago. Stop that process, or wait ` +
      `${parts.timing.penStaleMs} ms after it died`,
  );
}
