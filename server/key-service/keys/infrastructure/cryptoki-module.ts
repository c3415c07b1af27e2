import pkcs11 from "pkcs11js";
import { KeyProviderFault } from "../domain/key-provider.ts";
import { type Cryptoki, loadCryptoki, tokenAnswer } from "./cryptoki.ts";

export type ModuleOptions = {
  readonly module: string;
  readonly initParameters?: string;
};

/**
 * One loaded PKCS#11 library. `C_Initialize` and `C_Finalize` act on the whole process, therefore
 * providers of one path share one of these, counted, and re-initialising waits until no call runs.
 */
export class CryptokiModule {
  /** Grows with each initialisation: a session or object handle of an older one must not be used. */
  generation = 0;
  readonly api: Cryptoki;
  readonly #options: ModuleOptions;
  #owners = 0;
  #inFlight = 0;
  #idleWaiters: (() => void)[] = [];
  #reinitialising: Promise<void> | null = null;
  #initialisedHere = false;

  constructor(api: Cryptoki, options: ModuleOptions) {
    this.api = api;
    this.#options = options;
  }

  get options(): ModuleOptions {
    return this.#options;
  }

  addOwner(): void {
    if (this.#owners === 0) this.#initialise();
    this.#owners += 1;
  }

  /** Resolves to true when this was the last owner and the library was finalised. */
  async removeOwner(): Promise<boolean> {
    this.#owners -= 1;
    if (this.#owners > 0) return false;
    await this.#idle();
    if (this.#owners > 0) return false;
    if (this.#initialisedHere) tolerate(() => this.api.C_Finalize());
    this.#initialisedHere = false;
    return true;
  }

  /** Runs `work` while the library is guaranteed to stay initialised. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.#reinitialising !== null) await this.#reinitialising;
    this.#inFlight += 1;
    try {
      return await work();
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) {
        const waiters = this.#idleWaiters;
        this.#idleWaiters = [];
        for (const wake of waiters) wake();
      }
    }
  }

  /**
   * Finalises and initialises anew: the way a library notices a token that went away and came back.
   * Does nothing when `seenGeneration` is already past. Must not be called from within `run`.
   */
  async reinitialise(seenGeneration: number): Promise<void> {
    while (this.#reinitialising !== null) await this.#reinitialising;
    if (seenGeneration !== this.generation) return;
    this.#reinitialising = (async () => {
      await this.#idle();
      tolerate(() => this.api.C_Finalize());
      this.#initialise();
    })();
    try {
      await this.#reinitialising;
    } finally {
      this.#reinitialising = null;
    }
  }

  #initialise(): void {
    const { module, initParameters } = this.#options;
    // pkcs11js 2.1 drops the last character of the parameters: give it one to drop
    const parameters =
      initParameters === undefined ? {} : { libraryParameters: `${initParameters} ` };
    this.generation += 1;
    try {
      this.api.C_Initialize({ ...parameters, flags: pkcs11.CKF_OS_LOCKING_OK });
      this.#initialisedHere = true;
    } catch (cause) {
      // Another part of this process may have initialised the library: then it answers already.
      if (tolerate(() => this.api.C_GetSlotList(true))) return;
      throw new KeyProviderFault(
        "unavailable",
        `the PKCS#11 module ${module} did not start (it answered ${tokenAnswer(cause)}). ` +
          "Check its configuration: SoftHSM needs SOFTHSM2_CONF to name a readable file whose " +
          "directories.tokendir exists; NSS needs initParameters with an existing configdir.",
        { cause },
      );
    }
  }

  async #idle(): Promise<void> {
    while (this.#inFlight > 0) {
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    }
  }
}

/** Runs `act`; false when it threw. For steps whose failure means only "not there". */
export function tolerate(act: () => unknown): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}

const loaded = new Map<string, CryptokiModule>();

/**
 * The process's one `CryptokiModule` for a path; give it back with `releaseModule`.
 * @throws KeyProviderFault `unavailable` where the file is missing, is no PKCS#11 module, or does not
 *   start; `refused` where the same module already runs here with other parameters.
 */
export function acquireModule(options: ModuleOptions): CryptokiModule {
  const present = loaded.get(options.module);
  if (present !== undefined) {
    if (present.options.initParameters !== options.initParameters) {
      throw new KeyProviderFault(
        "refused",
        `${options.module} already runs in this process with other initParameters; ` +
          "a PKCS#11 module can be initialised once per process",
      );
    }
    present.addOwner();
    return present;
  }
  const created = new CryptokiModule(loadOrExplain(options.module), options);
  created.addOwner();
  loaded.set(options.module, created);
  return created;
}

export async function releaseModule(module: CryptokiModule): Promise<void> {
  const gone = await module.removeOwner();
  if (gone && loaded.get(module.options.module) === module) loaded.delete(module.options.module);
}

function loadOrExplain(path: string): Cryptoki {
  try {
    return loadCryptoki(path);
  } catch (cause) {
    throw new KeyProviderFault(
      "unavailable",
      `the PKCS#11 module ${path} cannot be loaded (${tokenAnswer(cause)}). Install the vendor's ` +
        "library for this platform, e.g. `apt-get install softhsm2`, and give its full path.",
      { cause },
    );
  }
}
