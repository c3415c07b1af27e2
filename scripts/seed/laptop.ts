import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { DEVICE_CALL_SCHEME, deviceCallDigest } from "@countersign/protocol/device-call";
import { asDigest, digestBytes, digestOf, digestToBytes } from "@countersign/protocol/digest";
import type { DeviceId, RequestId, SecretId } from "@countersign/protocol/ids";
import type { PeopleApiInput, PeopleApiPath } from "@countersign/protocol/people-api";
import { digestWords } from "@countersign/protocol/words";
import type { Colleague } from "./colleague.ts";
import { mustHave } from "./desk-calls.ts";

/** An enrolled device of a colleague: asks in its own name, and takes values that nobody then reads. */
export class Laptop {
  readonly device: DeviceId;
  readonly #of: Colleague;
  readonly #key: KeyObject;

  private constructor(of: Colleague, device: DeviceId, key: KeyObject) {
    this.#of = of;
    this.device = device;
    this.#key = key;
  }

  /** In the typed-word way, as on a machine without a browser. */
  static async enrol(of: Colleague, label: string): Promise<Laptop> {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
    const begun = await of.desk.call("/people/v1/device-logins/begin", {
      publicKey: raw.toString("base64url"),
      label,
      loopbackPort: null,
    });
    const { login } = mustHave(begun, `enrolling ${label}`);
    const page = await of.identify();
    const asked = mustHave(await page("/desk/v1/device-logins/read", { login }), "its words");
    const words = digestWords(asDigest(await digestBytes("deviceKey", raw)));
    const word = words[(asked.wordWanted ?? 1) - 1] ?? "";
    const claimed = await page("/desk/v1/device-logins/claim", { login, word });
    await of.signDraft(mustHave(claimed, "claiming it").draft);
    const proof = digestToBytes(await digestOf("deviceKey", { login, code: null }));
    const signature = sign(null, proof, privateKey).toString("base64url");
    const finished = mustHave(
      await of.desk.call("/people/v1/device-logins/finish", { login, code: null, signature }),
      "finishing it",
    );
    if (finished.status !== "enrolled") throw new Error(`${label} was not enrolled`);
    return new Laptop(of, finished.device.device, privateKey);
  }

  /** Has one use of a grant sealed to a key that is thrown away: the ledger records it, and nobody sees the value. */
  async open(request: RequestId, secret: SecretId, use: number): Promise<void> {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const point = publicKey.export({ format: "der", type: "spki" }).subarray(-65);
    const input = { request, secret, use, recipientKey: point.toString("base64url") };
    mustHave(await this.call("/people/v1/grants/open", input), "opening a grant");
  }

  async call<P extends PeopleApiPath>(path: P, input: PeopleApiInput<P>) {
    const at = Math.floor(this.#of.now() / 1000);
    const nonce = randomBytes(16).toString("base64url");
    const body = createHash("sha256").update(JSON.stringify(input)).digest("base64url");
    const digest = await deviceCallDigest({ device: this.device, path, body, at, nonce });
    const signature = sign(null, digestToBytes(digest), this.#key).toString("base64url");
    const authorization = `${DEVICE_CALL_SCHEME} device=${this.device}, at=${at}, nonce=${nonce}, signature=${signature}`;
    return this.#of.desk.call(path, input, { authorization });
  }
}
