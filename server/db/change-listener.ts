import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { CHANGES_CHANNEL, type ChangedRows, readAnnouncement } from "./changed-rows.ts";

export type ChangeListenerParts = {
  /** `postgresql://role:password@host:port/database`; straight to the server: a pooler of transactions cannot listen. */
  readonly url: string;
  /** Shown by `pg_stat_activity`. */
  readonly application: string;
  /** From now on every change is told; of what happened before nothing is known. Also after each reconnection. */
  readonly onListening: () => void;
  readonly onChange: (changed: ChangedRows) => void;
  /** Changes may be missed until `onListening` is told again. */
  readonly onLost: () => void;
};

const CONNECT_WITHIN_MS = 5_000;
const ANSWER_WITHIN_MS = 5_000;
/** A connection that a firewall forgot says nothing for ever: it is asked. */
const ASK_EVERY_MS = 15_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Hears, on one connection of its own, what writers announce. Connects again by itself, for ever; never throws. */
export class ChangeListener {
  readonly #parts: ChangeListenerParts;
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;

  constructor(parts: ChangeListenerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the connection. Nothing is told afterwards. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      const heard = await this.#listen();
      if (signal.aborted) return;
      if (heard) this.#parts.onLost();
      failures = heard ? 0 : failures + 1;
      const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10));
      // Cut short by the stop, which the loop asks for.
      await pause(ms, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Until the connection is gone. @returns whether it ever listened */
  async #listen(): Promise<boolean> {
    const { url, application, onListening, onChange } = this.#parts;
    const { signal } = this.#stopping;
    const client = new pg.Client({
      connectionString: url,
      application_name: application,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
      keepAlive: true,
    });
    const gone = new Promise<void>((done) => {
      client.once("end", done);
      // Without a listener a connection that breaks would end the process.
      client.on("error", () => done());
      signal.addEventListener("abort", () => done(), { once: true });
    });
    client.on("notification", ({ channel, payload }) => {
      if (channel === CHANGES_CHANNEL) onChange(readAnnouncement(payload ?? ""));
    });
    let isListening = false;
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANGES_CHANNEL}`);
      if (signal.aborted) return false;
      isListening = true;
      onListening();
      await Promise.race([gone, silence(client, signal)]);
    } catch {
      // It could not be reached, or did not answer: it is tried again, and whoever asks is told that nothing is heard.
    } finally {
      client.removeAllListeners("notification");
      // Not waited for: a server that is gone does not say goodbye.
      client.end().catch(() => undefined);
    }
    return isListening;
  }
}

/** @throws what the first question that was not answered ended with */
async function silence(client: pg.Client, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // Cut short by the stop.
    await pause(ASK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    if (!signal.aborted) await client.query("SELECT 1");
  }
}
