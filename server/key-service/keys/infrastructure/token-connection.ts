import pkcs11 from "pkcs11js";
import { KeyProviderFault } from "../domain/key-provider.ts";
import { type Handle, tokenAnswer } from "./cryptoki.ts";
import { type CryptokiModule, tolerate } from "./cryptoki-module.ts";
import { findSlot, isUserSession, loginUser, presentTokenLabels } from "./token-login.ts";

/**
 * A logged-in token and its sessions. A session carries one operation at a time (PKCS#11 section 5.1),
 * therefore each is lent to one caller and callers queue, first come first served.
 *
 * Valid for one generation of the module: afterwards every handle in here may name something else.
 */
export class TokenConnection {
  /** Object handles by `class:label`, as found on this connection. */
  readonly handles = new Map<string, Handle>();
  readonly generation: number;
  readonly #module: CryptokiModule;
  readonly #slot: Handle;
  /** Holds the login (it ends with the last session) and carries no operation. */
  readonly #anchor: Handle;
  readonly #maxSessions: number;
  readonly #idle: Handle[] = [];
  readonly #waiting: Waiter[] = [];
  #open = 0;
  #closed = false;

  private constructor(module: CryptokiModule, slot: Handle, anchor: Handle, maxSessions: number) {
    this.#module = module;
    this.generation = module.generation;
    this.#slot = slot;
    this.#anchor = anchor;
    this.#maxSessions = maxSessions;
  }

  /** @throws KeyProviderFault `no-such-token`, `wrong-pin`, `pin-locked`, `unavailable`, `refused` */
  static async open(
    module: CryptokiModule,
    options: {
      readonly tokenLabel: string;
      readonly pin: string;
      readonly maxSessions: number;
    },
  ): Promise<TokenConnection> {
    const seen = module.generation;
    // slot and session in one run: slots may be numbered anew by an initialisation in between
    const connect = async () =>
      await module.run(async () => {
        const slot = findSlot(module.api, options.tokenLabel);
        return slot === null ? null : TokenConnection.#logIn(module, slot, options);
      });
    const found = await connect();
    if (found !== null) return found;
    // A library that lost its token says so until it is initialised anew.
    await module.reinitialise(seen);
    const foundAnew = await connect();
    if (foundAnew === null) throw missingToken(module, options.tokenLabel);
    return foundAnew;
  }

  static #logIn(
    module: CryptokiModule,
    slot: Handle,
    { pin, maxSessions }: { readonly pin: string; readonly maxSessions: number },
  ): TokenConnection {
    const anchor = openSession(module, slot);
    try {
      loginUser(module.api, slot, anchor, pin);
    } catch (fault) {
      tolerate(() => module.api.C_CloseSession(anchor));
      throw fault;
    }
    return new TokenConnection(module, slot, anchor, maxSessions);
  }

  /**
   * Lends a session for one operation. After a failure the session is closed, never reused: some
   * tokens leave a failed operation active in it.
   */
  async withSession<T>(work: (session: Handle) => Promise<T>): Promise<T> {
    const session = await this.#take();
    try {
      const value = await work(session);
      this.#giveBack(session);
      return value;
    } catch (failure) {
      this.#discard(session);
      throw failure;
    }
  }

  /**
   * Whether the token is still there and still logged in, asked of the token itself rather than
   * read from an error code.
   */
  isAlive(session: Handle = this.#anchor): boolean {
    if (this.generation !== this.#module.generation) return false;
    return (
      isUserSession(this.#module.api, session) &&
      tolerate(() => this.#module.api.C_GetTokenInfo(this.#slot))
    );
  }

  /** Closes idle sessions; those still lent end with their operation. Closing the last logs out. */
  close(): void {
    this.#closed = true;
    for (const session of [...this.#idle.splice(0), this.#anchor]) this.#closeSession(session);
  }

  /** Never closes a handle of an older generation: its number may belong to somebody's session now. */
  #closeSession(session: Handle): void {
    if (this.generation !== this.#module.generation) return;
    tolerate(() => this.#module.api.C_CloseSession(session));
  }

  async #take(): Promise<Handle> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#open < this.#maxSessions) {
      try {
        return this.#openOne();
      } catch (fault) {
        // where the token grants fewer sessions than we hoped for, share those that it granted
        if (this.#open === 0) throw fault;
      }
    }
    return await new Promise<Handle>((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #openOne(): Handle {
    const session = openSession(this.#module, this.#slot);
    this.#open += 1;
    return session;
  }

  #giveBack(session: Handle): void {
    const next = this.#waiting.shift();
    if (next !== undefined) next.resolve(session);
    else if (this.#closed) this.#closeSession(session);
    else this.#idle.push(session);
  }

  #discard(session: Handle): void {
    this.#closeSession(session);
    this.#open -= 1;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    try {
      next.resolve(this.#openOne());
    } catch (fault) {
      this.#waiting.unshift(next);
      // nobody would wake those who wait once no session is open
      if (this.#open === 0) for (const waiter of this.#waiting.splice(0)) waiter.reject(fault);
    }
  }
}

type Waiter = {
  readonly resolve: (session: Handle) => void;
  readonly reject: (fault: unknown) => void;
};

function openSession(module: CryptokiModule, slot: Handle): Handle {
  try {
    return module.api.C_OpenSession(slot, pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION);
  } catch (cause) {
    throw new KeyProviderFault(
      "unavailable",
      `the token opened no session (it answered ${tokenAnswer(cause)}): it may be gone, or other ` +
        "programs hold all its sessions",
      { cause },
    );
  }
}

function missingToken(module: CryptokiModule, tokenLabel: string): KeyProviderFault {
  const present = presentTokenLabels(module.api);
  const seen = present.length === 0 ? "none" : present.map((label) => `"${label}"`).join(", ");
  return new KeyProviderFault(
    "no-such-token",
    `no token is labelled "${tokenLabel}" in ${module.options.module} (present: ${seen}). Check the ` +
      "label (COUNTERSIGN_PKCS11_TOKEN), that the HSM is connected, and for SoftHSM that SOFTHSM2_CONF " +
      "names the file whose directories.tokendir holds this token. No new token is made: one without " +
      "this installation's keys would open nothing.",
  );
}
