import { createHash, randomBytes } from "node:crypto";
import type { SealedValue } from "@countersign/protocol/acts";
import { fromBase64url } from "@countersign/protocol/bytes";
import type { DeviceId } from "@countersign/protocol/ids";
import { intakeInfo, intakeSignedBytes } from "@countersign/protocol/intake";
import type { Clock } from "../../../kernel/clock.ts";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { Sensitive } from "../../../kernel/sensitive.ts";
import type { KeyLabel, KeyProvider } from "../../keys/domain/key-provider.ts";
import { generateRecipientKey, openFromSender } from "./hpke.ts";

export const INTAKE_LIFETIME_MS = 15 * 60_000;
const MAX_PER_DEVICE = 20;
const MAX_OPEN = 2000;

export type IntakeOffer = {
  readonly intake: string;
  /** P-256, uncompressed point, base64url. */
  readonly publicKey: string;
  /** ECDSA P-256 `r || s` by the release key, base64url. */
  readonly signature: string;
};

export type IntakeRefusal = {
  readonly reason: "intake-unknown" | "does-not-open" | "too-many-intakes";
  readonly message: string;
};

const refuse = (reason: IntakeRefusal["reason"], message: string) => err({ reason, message });

type Held = {
  readonly device: DeviceId;
  readonly privateKey: CryptoKey;
  readonly expiresAt: number;
};

/**
 * The keys to which the command line seals values on their way in. Each lives 15 minutes, in memory only,
 * belongs to one device, and opens one message: the first attempt ends it, also a failed one. A restart
 * forgets all; the command line then asks for another.
 */
export class IntakeKeys {
  readonly #held = new Map<string, Held>();
  readonly #deps: {
    readonly keys: KeyProvider;
    readonly releaseKey: KeyLabel;
    readonly clock: Pick<Clock, "monotonic">;
  };

  constructor(deps: {
    readonly keys: KeyProvider;
    readonly releaseKey: KeyLabel;
    readonly clock: Pick<Clock, "monotonic">;
  }) {
    this.#deps = deps;
  }

  get size(): number {
    this.#sweep();
    return this.#held.size;
  }

  /**
   * A fresh key for one value from this device. A device holds 20 at most: its oldest gives way, never
   * another's. @throws KeyProviderFault
   */
  async offer(device: DeviceId): Promise<Result<IntakeOffer, IntakeRefusal>> {
    this.#sweep();
    if (this.#held.size >= MAX_OPEN) {
      return refuse(
        "too-many-intakes",
        "too many values are on their way in: try again in a few minutes",
      );
    }
    const { privateKey, publicKey } = await generateRecipientKey();
    const offer = {
      intake: randomBytes(16).toString("base64url"),
      publicKey: publicKey.toString("base64url"),
    };
    const digest = createHash("sha256").update(intakeSignedBytes(offer)).digest();
    const signature = await this.#deps.keys.sign(this.#deps.releaseKey, digest);
    this.#makeRoomFor(device);
    this.#held.set(offer.intake, {
      device,
      privateKey,
      expiresAt: this.#deps.clock.monotonic() + INTAKE_LIFETIME_MS,
    });
    return ok({ ...offer, signature: signature.toString("base64url") });
  }

  /**
   * Opens what a device sealed to one of its intakes, once. Another device's intake is as unknown as one
   * that never was, and stays usable for its owner.
   */
  async openSealedValue(
    device: DeviceId,
    sealed: SealedValue,
  ): Promise<Result<Sensitive, IntakeRefusal>> {
    this.#sweep();
    const held = this.#held.get(sealed.intake);
    if (held === undefined || held.device !== device) {
      return refuse(
        "intake-unknown",
        "the key that this value was sealed to was used, expired or never was: send the value again",
      );
    }
    // before anything is awaited: of two at once, one opens
    this.#held.delete(sealed.intake);
    const enc = fromBase64url(sealed.enc);
    const ciphertext = fromBase64url(sealed.ciphertext);
    const value =
      enc === null || ciphertext === null
        ? null
        : await openFromSender({
            privateKey: held.privateKey,
            message: { enc, ciphertext },
            info: intakeInfo(sealed.intake),
            aad: new Uint8Array(),
          });
    return value === null
      ? refuse(
          "does-not-open",
          "the value was changed on its way, or sealed to another key: send it again",
        )
      : ok(value);
  }

  #makeRoomFor(device: DeviceId): void {
    const own = [...this.#held].filter(([, held]) => held.device === device);
    const surplus = Math.max(0, own.length + 1 - MAX_PER_DEVICE);
    for (const [oldest] of own.slice(0, surplus)) this.#held.delete(oldest);
  }

  #sweep(): void {
    const now = this.#deps.clock.monotonic();
    // all live equally long: insertion order is expiry order
    for (const [intake, held] of this.#held) {
      if (held.expiresAt > now) return;
      this.#held.delete(intake);
    }
  }
}
