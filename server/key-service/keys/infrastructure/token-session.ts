import type { KeyLabel } from "../domain/key-provider.ts";
import { KeyProviderFault } from "../domain/key-provider.ts";
import { type Cryptoki, type Handle, tokenAnswer } from "./cryptoki.ts";
import { type CryptokiModule, releaseModule } from "./cryptoki-module.ts";
import { findObjects, findOne, KEY_CLASSES, type ObjectClass } from "./key-objects.ts";
import { TokenConnection } from "./token-connection.ts";

export type TokenOptions = {
  readonly tokenLabel: string;
  readonly pin: string;
  readonly maxSessions: number;
  readonly operationTimeoutMs: number;
};

/** What an operation gets: a session that is its own until it ends. */
export type Lease = {
  readonly api: Cryptoki;
  readonly session: Handle;
  /** @throws KeyProviderFault `no-such-key` */
  key(keyClass: ObjectClass, label: KeyLabel): Handle;
  /** All objects of that label, of every class, looked up afresh. Empty only if the token is there. */
  objects(label: KeyLabel): Handle[];
  /** Turns "nothing found" of a token that is gone into a lost connection, hence a second try. */
  requireAlive(): void;
};

/** The token could not be asked: the connection is dropped and the operation may run once more. */
class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

/**
 * Runs operations on a token and brings the connection back when the token was gone.
 *
 * An operation that fails is judged by asking the token whether it is still there and logged in. If
 * not, the connection is opened anew and the operation runs once more. If so, and the key's handle was
 * remembered, it is looked up afresh and the operation runs once more. What then fails is the token's
 * answer and is thrown on, raw.
 *
 * A refused PIN is remembered: no second try is made by itself, since tokens lock.
 */
export class TokenSessions {
  readonly #module: CryptokiModule;
  readonly #options: TokenOptions;
  #current: TokenConnection | null = null;
  #opening: Promise<TokenConnection> | null = null;
  #refusedLogin: KeyProviderFault | null = null;
  #closed = false;

  constructor(module: CryptokiModule, options: TokenOptions) {
    this.#module = module;
    this.#options = options;
  }

  /** @throws KeyProviderFault on connection trouble; else whatever `work` threw last. */
  async run<T>(work: (lease: Lease) => Promise<T>): Promise<T> {
    return await this.#withDeadline(async () => {
      try {
        return await this.#attempt(work);
      } catch (failure) {
        if (!(failure instanceof ConnectionLost)) throw failure;
      }
      try {
        return await this.#attempt(work);
      } catch (failure) {
        if (!(failure instanceof ConnectionLost)) throw failure;
        throw new KeyProviderFault(
          "unavailable",
          `the token does not answer (${tokenAnswer(failure.cause)}): check the HSM and its connection; ` +
            "the next use tries again",
          { cause: failure.cause },
        );
      }
    });
  }

  forget(label: KeyLabel): void {
    for (const keyClass of KEY_CLASSES) {
      this.#current?.handles.delete(`${keyClass}:${label}`);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#opening?.catch(() => null);
    this.#current?.close();
    this.#current = null;
    await releaseModule(this.#module);
  }

  async #attempt<T>(work: (lease: Lease) => Promise<T>): Promise<T> {
    const connection = await this.#connected();
    return await this.#module.run(async () => {
      // handles of an older generation may by now be somebody else's
      if (connection.generation !== this.#module.generation) this.#drop(connection);
      const remembered = { used: false };
      const once = async () =>
        await connection.withSession(
          async (session) => await work(this.#lease(connection, session, remembered)),
        );
      try {
        return await once();
      } catch (failure) {
        if (failure instanceof ConnectionLost || !connection.isAlive()) {
          this.#drop(connection, failure);
        }
        if (failure instanceof KeyProviderFault || !remembered.used) throw failure;
      }
      // The handle may be stale (the key was made anew elsewhere): look it up and try once more.
      connection.handles.clear();
      return await once();
    });
  }

  #lease(connection: TokenConnection, session: Handle, remembered: { used: boolean }): Lease {
    const { api } = this.#module;
    // A token that was pulled out shows no objects: that must not read as "no such key".
    const requireAlive = () => {
      if (!connection.isAlive(session)) throw new ConnectionLost("the token is gone");
    };
    return {
      api,
      session,
      requireAlive,
      objects: (label) => {
        const found = KEY_CLASSES.flatMap((keyClass) => findObjects(api, session, keyClass, label));
        if (found.length === 0) requireAlive();
        return found;
      },
      key: (keyClass, label) => {
        const name = `${keyClass}:${label}`;
        const known = connection.handles.get(name);
        if (known !== undefined) {
          remembered.used = true;
          return known;
        }
        const found = findOne(api, session, keyClass, label);
        if (found === null) {
          requireAlive();
          throw noSuchKey(label);
        }
        connection.handles.set(name, found);
        return found;
      },
    };
  }

  async #connected(): Promise<TokenConnection> {
    if (this.#closed) throw new KeyProviderFault("unavailable", "this key provider was closed");
    if (this.#refusedLogin !== null) throw this.#refusedLogin;
    if (this.#current !== null) return this.#current;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return await this.#opening;
  }

  async #open(): Promise<TokenConnection> {
    try {
      this.#current = await TokenConnection.open(this.#module, this.#options);
      return this.#current;
    } catch (fault) {
      if (
        fault instanceof KeyProviderFault &&
        (fault.reason === "wrong-pin" || fault.reason === "pin-locked")
      ) {
        this.#refusedLogin = fault;
      }
      throw fault;
    }
  }

  #drop(connection: TokenConnection, cause?: unknown): never {
    if (this.#current === connection) this.#current = null;
    connection.close();
    throw new ConnectionLost("the connection to the token was lost", { cause });
  }

  async #withDeadline<T>(work: () => Promise<T>): Promise<T> {
    const { operationTimeoutMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          new KeyProviderFault(
            "unavailable",
            `the token gave no answer within ${operationTimeoutMs} ms; whether the operation took ` +
              "place is unknown. Check the HSM's load and connection",
          ),
        );
      }, operationTimeoutMs);
    });
    try {
      return await Promise.race([work(), deadline]);
    } finally {
      clearTimeout(timer);
    }
  }
}

export function noSuchKey(label: KeyLabel): KeyProviderFault {
  return new KeyProviderFault(
    "no-such-key",
    `the token holds no key labelled ${label}: it was destroyed, or this is another token than the one ` +
      "it was made on. Restore the token from its backup, or point the service at the right one",
  );
}
