import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { request as httpRequest } from "node:http";
import type { Act } from "@countersign/protocol/acts";
import { fromBase64url, toBase64url } from "@countersign/protocol/bytes";
import { DEVICE_CALL_SCHEME, deviceCallDigest } from "@countersign/protocol/device-call";
import {
  asDigest,
  digestBytes,
  digestOf,
  digestToBytes,
  listDigest,
} from "@countersign/protocol/digest";
import type { DeviceId, Digest, DraftId } from "@countersign/protocol/ids";
import type {
  PeopleApiInput,
  PeopleApiOutput,
  PeopleApiPath,
} from "@countersign/protocol/people-api";
import { statementDigest } from "@countersign/protocol/statement";
import type { SignOutcome } from "@countersign/protocol/views";
import { digestWords } from "@countersign/protocol/words";
import type { Installation } from "./installation.ts";
import {
  type Attestation,
  SoftwareAuthenticator,
  type SoftwareAuthenticatorOptions,
} from "./software-authenticator.ts";

export type Answer<T> =
  | { readonly ok: true; readonly status: number; readonly value: T }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly detail: string };

/** Where a call goes, and from where. */
type Caller = Pick<Installation, "deskPort" | "deskOrigin"> & {
  /** An address of this machine; the system's choice where there is none. */
  readonly address?: string;
};

type CallOptions = { readonly headers?: Record<string, string>; readonly port?: number };

type Sent<T> = Answer<T> & {
  readonly setCookie: string | null;
  /** Seconds, where the listener asks to come back later. */
  readonly retryAfter: number | null;
};

const PATIENCE = 20;

/** One call of the people-API as its path demands; waits where it is asked to; never throws on a refusal. */
export async function call<P extends PeopleApiPath>(
  installation: Caller,
  path: P,
  input: PeopleApiInput<P>,
  options: CallOptions = {},
): Promise<Sent<PeopleApiOutput<P>>> {
  return patiently(() => callOnce(installation, path, input, options));
}

/**
 * A well-behaved client: comes back when the listener's Retry-After says so, which names a time and not an event.
 * Tests that ask more often than people do are as slow as the listener makes them.
 */
async function patiently<T>(attempt: () => Promise<Sent<T>>): Promise<Sent<T>> {
  for (let tries = 0; ; tries += 1) {
    const sent = await attempt();
    const waits = sent.status === 429 && sent.retryAfter !== null && sent.retryAfter <= 2;
    if (!waits || tries === PATIENCE) return sent;
    await new Promise((done) => setTimeout(done, (sent.retryAfter ?? 0) * 1000));
  }
}

async function callOnce<P extends PeopleApiPath>(
  { deskPort, deskOrigin, address }: Caller,
  path: P,
  input: PeopleApiInput<P>,
  options: CallOptions = {},
): Promise<Sent<PeopleApiOutput<P>>> {
  const body = JSON.stringify(input);
  const { status, text, setCookie, retryAfter } = await post(
    { port: options.port ?? deskPort, localAddress: address },
    path,
    body,
    {
      "content-type": "application/json",
      host: new URL(deskOrigin).host,
      ...(path.startsWith("/desk/") ? { "sec-fetch-site": "same-origin", origin: deskOrigin } : {}),
      ...options.headers,
    },
  );
  const json = JSON.parse(text) as { code: string; detail: string }; // a problem, or the output of the path
  if (status !== 200)
    return { ok: false, status, code: json.code, detail: json.detail, setCookie, retryAfter };
  // The listener answers 200 with nothing but what the path's output schema let through.
  return { ok: true, status, value: json as unknown as PeopleApiOutput<P>, setCookie, retryAfter };
}

function post(
  at: { readonly port: number; readonly localAddress: string | undefined },
  path: string,
  body: string,
  headers: Record<string, string>,
) {
  return new Promise<{
    status: number;
    text: string;
    setCookie: string | null;
    retryAfter: number | null;
  }>((done, fail) => {
    const sent = httpRequest(
      { host: "127.0.0.1", ...at, path, method: "POST", headers, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (more) => {
          text += more;
        });
        response.on("error", fail).on("end", () => {
          const [cookie] = response.headers["set-cookie"] ?? [];
          const later = response.headers["retry-after"];
          done({
            status: response.statusCode ?? 0,
            text,
            setCookie: cookie?.split(";")[0] ?? null,
            retryAfter: later === undefined ? null : Number(later),
          });
        });
      },
    );
    sent.on("error", fail).end(body);
  });
}

/** The value of an answer that must be one. */
export function value<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`refused with ${answer.code}: ${answer.detail}`);
  return answer.value;
}

let machines = 1;

/** The listener counts calls by address. On Linux every address in 127.0.0.0/8 is this machine's. */
function machineOfTheirOwn(): { readonly address?: string } {
  if (process.platform !== "linux") return {};
  machines += 1;
  return { address: `127.0.${machines >> 8}.${machines & 255}` };
}

/** A member of the cast with a hardware key, at the desk, each on a machine of their own. */
export class TestPerson {
  readonly installation: Installation & Caller;
  readonly key: SoftwareAuthenticator;
  readonly name: string;
  readonly person: string;
  #cookie = "";

  private constructor(
    installation: Installation,
    key: SoftwareAuthenticator,
    of: { name: string; person: string },
  ) {
    this.installation = { ...installation, ...machineOfTheirOwn() };
    this.key = key;
    this.name = of.name;
    this.person = of.person;
  }

  /** Uses the one-time link of the person whose name begins so, and signs the enrolment. */
  static async enrol(
    installation: Installation,
    firstName: string,
    make: Pick<SoftwareAuthenticatorOptions, "aaguid" | "backupEligible"> & {
      readonly attestation?: Attestation;
    } = {},
  ): Promise<TestPerson> {
    const invited = installation.people().find((it) => it.name.startsWith(firstName));
    if (invited === undefined) throw new Error(`nobody is called ${firstName}`);
    const token = new URL(invited.enrolmentLink).hash.slice(1);
    const { deskOrigin } = installation;
    const { attestation, ...model } = make;
    const key = new SoftwareAuthenticator({
      rpId: new URL(deskOrigin).hostname,
      origin: deskOrigin,
      ...model,
    });
    const person = new TestPerson(installation, key, invited);
    const begun = value(await call(installation, "/desk/v1/enrolment/begin", { token }));
    const registration = key.register(
      begun.options as Parameters<typeof key.register>[0],
      attestation === undefined ? {} : { attestation },
    );
    const finished = await call(installation, "/desk/v1/enrolment/finish", { token, registration });
    await person.mustSign([value(finished).draft]);
    return person;
  }

  async identify(): Promise<void> {
    const begun = value(await call(this.installation, "/desk/v1/identify/begin", {}));
    const challenge = String(begun.options.challenge);
    const assertion = this.key.sign({ challenge });
    const finished = await call(this.installation, "/desk/v1/identify/finish", { assertion });
    value(finished);
    if (finished.setCookie === null) throw new Error("identify sets no cookie");
    this.#cookie = finished.setCookie;
  }

  /** A call of the desk page in this person's session. */
  desk<P extends PeopleApiPath>(path: P, input: PeopleApiInput<P>) {
    return call(this.installation, path, input, { headers: { cookie: this.#cookie } });
  }

  /** Reads the drafts as the page does, hashes what was shown, touches the key. */
  async sign(drafts: readonly DraftId[]): Promise<SignOutcome[]> {
    return value(await this.signRaw(drafts)).outcomes;
  }

  async signRaw(drafts: readonly DraftId[]) {
    const read = value(
      await call(this.installation, "/desk/v1/drafts/read", { drafts: [...drafts] }),
    );
    const digests: Digest[] = [];
    for (const it of read.drafts)
      digests.push(await statementDigest(fromBase64url(it.statement) ?? new Uint8Array()));
    const [only] = digests;
    const challenge = digests.length === 1 && only !== undefined ? only : await listDigest(digests);
    const assertion = this.key.sign({ challenge });
    return call(this.installation, "/desk/v1/drafts/sign", { drafts: [...drafts], assertion });
  }

  async mustSign(drafts: readonly DraftId[]): Promise<SignOutcome[]> {
    const outcomes = await this.sign(drafts);
    for (const { refused } of outcomes)
      if (refused) throw new Error(`refused with ${refused.code}: ${refused.message}`);
    return outcomes;
  }

  /** Drafts a decision from this person's session and signs it. */
  async decide(
    proposal: Digest,
    decision: "approve" | "deny" | "withdraw",
    reason: string | null = null,
  ): Promise<SignOutcome[]> {
    const drafted = await this.desk("/desk/v1/proposals/decide", {
      proposals: [proposal],
      decision,
      reason,
    });
    return this.sign(value(drafted).drafts);
  }
}

/** A command line's device, enrolled in the typed-word way. */
export class TestDevice {
  readonly installation: Installation;
  readonly device: DeviceId;
  readonly key: KeyObject;

  constructor(installation: Installation, device: DeviceId, key: KeyObject) {
    this.installation = installation;
    this.device = device;
    this.key = key;
  }

  static async login(person: TestPerson, label: string): Promise<TestDevice> {
    const { installation } = person;
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
    const begun = value(
      await call(installation, "/people/v1/device-logins/begin", {
        publicKey: toBase64url(raw),
        label,
        loopbackPort: null,
      }),
    );
    await person.identify();
    const { login } = begun;
    const { wordWanted } = value(await person.desk("/desk/v1/device-logins/read", { login }));
    const words = await deviceWords(raw);
    const word = words[(wordWanted ?? 1) - 1] ?? "";
    const claimed = value(await person.desk("/desk/v1/device-logins/claim", { login, word }));
    await person.mustSign([claimed.draft]);
    const signature = sign(
      null,
      digestToBytes(await digestOf("deviceKey", { login, code: null })),
      privateKey,
    );
    const finished = value(
      await call(installation, "/people/v1/device-logins/finish", {
        login,
        code: null,
        signature: toBase64url(signature),
      }),
    );
    if (finished.status !== "enrolled") throw new Error("the device was not enrolled");
    return new TestDevice(installation, finished.device.device, privateKey);
  }

  call<P extends PeopleApiPath>(path: P, input: PeopleApiInput<P>, options: CallOptions = {}) {
    return patiently(() => this.#signedCall(path, input, options));
  }

  /** Each attempt is a call of its own: the listener takes a nonce once. */
  async #signedCall<P extends PeopleApiPath>(
    path: P,
    input: PeopleApiInput<P>,
    options: CallOptions,
  ) {
    const body = JSON.stringify(input);
    const at = Math.floor(Date.now() / 1000);
    const nonce = randomBytes(16).toString("base64url");
    const digest = await deviceCallDigest({
      device: this.device,
      path,
      body: createHash("sha256").update(body).digest("base64url"),
      at,
      nonce,
    });
    const signature = sign(null, digestToBytes(digest), this.key).toString("base64url");
    const authorization = `${DEVICE_CALL_SCHEME} device=${this.device}, at=${at}, nonce=${nonce}, signature=${signature}`;
    return callOnce(this.installation, path, input, {
      ...options,
      headers: { authorization, ...options.headers },
    });
  }

  /** Drafts an act; the person signs it at the desk. */
  async draft(act: Act) {
    return value(await this.call("/people/v1/drafts", { act }));
  }
}

async function deviceWords(raw: Uint8Array): Promise<readonly string[]> {
  return digestWords(asDigest(await digestBytes("deviceKey", raw)));
}
