import { type FSWatcher, watch } from "node:fs";
import pg from "pg";
import type { Service } from "./installation.ts";
import type { TestDatabase } from "./postgres.ts";

/** Something that happens again and again, of which somebody who waits wants to hear. */
export type Signal = {
  /** Resolves when it has happened since the call before; at once where it has already. */
  next(): Promise<void>;
  close(): Promise<void>;
};

const PATIENCE_MS = 120_000;

/**
 * Asks now, and again whenever the signal says that something has changed, until the answer is right.
 * @throws Error with the last answer after two minutes
 */
export async function eventually<T>(
  what: string,
  signal: Signal,
  ask: () => Promise<T> | T,
  isRight: (answer: T) => boolean,
): Promise<T> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    const left = until - performance.now();
    if (left <= 0 || !(await within(left, signal.next())))
      throw new Error(`${what} did not come to be: ${JSON.stringify(answer)}`);
  }
}

/** Somebody who was refused and is to try again: nothing tells when it is worth it. */
export const AGAIN_SOON: Signal = {
  next: () => new Promise((done) => setTimeout(done, 100)),
  close: async () => {},
};

/** A row of the ledger or of a projection was written, by whomever. Needs an administrator of the database. */
export async function rowsWritten({ adminUrl }: TestDatabase): Promise<Signal> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(`
    CREATE OR REPLACE FUNCTION public.tell_of_rows() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN NOTIFY rows_written; RETURN NULL; END $$;
    DO $$ DECLARE it regclass; BEGIN
      FOR it IN SELECT c.oid FROM pg_class c WHERE c.relkind = 'r' AND (c.oid = 'keyservice.ledger_entry'::regclass
                  OR c.relnamespace = 'projection'::regnamespace) LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER tell_of_rows AFTER INSERT OR UPDATE OR DELETE ON %s
                        FOR EACH STATEMENT EXECUTE FUNCTION public.tell_of_rows()', it);
      END LOOP; END $$;
    LISTEN rows_written`);
  return signalOf(
    (happened) => client.on("notification", happened).on("error", happened),
    () => client.end(),
  );
}

/** A file in this folder was written, made or renamed. */
export function filesWritten(folder: string): Signal {
  let watcher: FSWatcher;
  return signalOf(
    (happened) => {
      watcher = watch(folder, happened);
    },
    async () => watcher.close(),
  );
}

/** A process wrote something. */
export function outputWritten({ child }: Service): Signal {
  return signalOf(
    (happened) => {
      for (const stream of [child.stdout, child.stderr]) stream?.on("data", happened);
    },
    async () => {},
  );
}

function signalOf(subscribe: (happened: () => void) => void, close: () => Promise<void>): Signal {
  let hasHappened = false;
  let wake = () => {};
  subscribe(() => {
    hasHappened = true;
    wake();
  });
  return {
    async next() {
      await new Promise<void>((done) => {
        wake = done;
        if (hasHappened) done();
      });
      hasHappened = false;
    },
    close,
  };
}

async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((done) => {
    timer = setTimeout(() => done(false), ms);
  });
  const inTime = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
