import type { ValueInput } from "@countersign/protocol/acts";
import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import type { SecretName } from "@countersign/protocol/names";
import {
  generateRequestKey,
  type RequestKey,
} from "../../packages/cli/src/delivery/request-key.ts";
import { sealToKeyService } from "../../packages/cli/src/delivery/seal-value.ts";
import { verifyAndOpenRelease } from "./open-release.ts";
import { call, type TestDevice, value } from "./people.ts";
import type { Asked } from "./story.ts";

/** A chosen value on its way in, sealed by the command line's own code. */
export async function sealedValue(
  device: TestDevice,
  text: string,
): Promise<Extract<ValueInput, { source: "sealed" }>> {
  const sealed = await sealToKeyService({
    releaseKey: await releaseKeyOf(device),
    offer: value(await device.call("/people/v1/intake", {})),
    value: Buffer.from(text),
  });
  if (!sealed.ok) throw new Error(sealed.message);
  return { source: "sealed", sealed: sealed.sealed };
}

/** Asks whether this is the stored value; the code of the refusal where the question is refused. */
export async function checkValue(
  device: TestDevice,
  name: SecretName,
  text: string,
): Promise<"equal" | "different" | string> {
  const { sealed } = await sealedValue(device, text);
  const answer = await device.call("/people/v1/values/check", { name, candidate: sealed });
  if (!answer.ok) return answer.code;
  return answer.value.equal ? "equal" : "different";
}

export type Opened =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly code: string };

/** One use of one grant, to one key: asked again, it is the same use. */
export class Recipient {
  readonly device: TestDevice;
  readonly asked: Asked;
  readonly use: number;
  readonly #key: RequestKey;

  private constructor(device: TestDevice, asked: Asked, use: number, key: RequestKey) {
    this.device = device;
    this.asked = asked;
    this.use = use;
    this.#key = key;
  }

  static async of(device: TestDevice, asked: Asked, use = 1): Promise<Recipient> {
    return new Recipient(device, asked, use, await generateRequestKey());
  }

  /** What really arrived, opened with the request's own key. */
  async open(): Promise<Opened> {
    const { device, asked, use } = this;
    const answer = await device.call("/people/v1/grants/open", {
      request: asked.request,
      secret: asked.secret,
      use,
      recipientKey: toBase64url(Uint8Array.from(this.#key.publicKey)),
    });
    if (!answer.ok) return { ok: false, code: answer.code };
    const opened = await verifyAndOpenRelease({
      releaseKey: await releaseKeyOf(device),
      askedFor: { request: asked.request, secret: asked.secret, use, device: device.device },
      privateKey: this.#key.privateKey,
      message: answer.value,
    });
    if (!opened.ok) throw new Error(`a release that its recipient rejects: ${opened.message}`);
    return { ok: true, text: Buffer.from(opened.value).toString() };
  }
}

async function releaseKeyOf({ installation }: TestDevice): Promise<Uint8Array> {
  const hello = value(await call(installation, "/people/v1/hello", {}));
  return fromBase64url(hello.releaseKey) ?? new Uint8Array();
}
