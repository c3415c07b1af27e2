import { randomBytes } from "node:crypto";
import type { Act } from "@countersign/protocol/acts";
import { fromBase64url } from "@countersign/protocol/bytes";
import { listDigest } from "@countersign/protocol/digest";
import { type Digest, type DraftId, digest, type PersonId } from "@countersign/protocol/ids";
import type { PeopleApiInput, PeopleApiPath } from "@countersign/protocol/people-api";
import { statementDigest } from "@countersign/protocol/statement";
import type { SignOutcome } from "@countersign/protocol/views";
import * as z from "zod";
import type { KeyService } from "../../server/console/key-service-client/key-service-client.ts";
import type { ColleagueFacts } from "./colleagues.ts";
import { DeskCalls, mustHave } from "./desk-calls.ts";
import { type IdentityClient, obtainIdToken } from "./dev-sign-in.ts";
import { HardwareKey } from "./hardware-key.ts";

export type Workplace = {
  readonly deskOrigin: string;
  readonly console: KeyService;
  readonly identity: IdentityClient;
  /** POSIX milliseconds. */
  readonly now: () => number;
};

type Drafted = { readonly draft: DraftId; readonly digest: Digest };

const creation = z.object({ challenge: z.string(), user: z.object({ id: z.string() }) });
const assertion = z.object({ challenge: z.string() });
/** The key service's twelve hours, less one. */
const SESSION_MS = 11 * 3_600_000;

/** A person who acts as people do: drafts in the console, signs at the desk with their own hardware key. */
export class Colleague {
  readonly facts: ColleagueFacts;
  readonly person: PersonId;
  readonly desk: DeskCalls;
  readonly key: HardwareKey;
  readonly #at: Workplace;
  #signedInUntil = 0;

  private constructor(at: Workplace, of: Pick<Colleague, "facts" | "person" | "desk" | "key">) {
    this.#at = at;
    this.facts = of.facts;
    this.person = of.person;
    this.desk = of.desk;
    this.key = of.key;
  }

  /** With their one-time link. */
  static async enrol(
    at: Workplace,
    facts: ColleagueFacts,
    invited: { readonly person: PersonId; readonly link: string; readonly machine: number },
  ): Promise<Colleague> {
    const desk = new DeskCalls(at.deskOrigin, invited.machine);
    const key = HardwareKey.fresh(at.deskOrigin);
    const { person } = invited;
    const colleague = new Colleague(at, { facts, person, desk, key });
    const token = new URL(invited.link).hash.slice(1);
    const begun = mustHave(await desk.call("/desk/v1/enrolment/begin", { token }), facts.name);
    const { challenge, user } = creation.parse(begun.options);
    const registration = key.register(challenge, user.id);
    const finished = await desk.call("/desk/v1/enrolment/finish", { token, registration });
    await colleague.signDraft(mustHave(finished, facts.name).draft);
    return colleague;
  }

  now(): number {
    return this.#at.now();
  }

  /** Signs these acts in one touch. @returns the digests of their statements: where others must agree, of the proposals */
  async sign(...acts: readonly Act[]): Promise<readonly Digest[]> {
    const drafted = await this.#draftAll(acts);
    await this.#touch(drafted);
    return drafted.map((it) => it.digest);
  }

  /** As `sign`, of one act. */
  async signOne(act: Act): Promise<Digest> {
    const drafted = await this.#draft(act);
    await this.#touch([drafted]);
    return drafted.digest;
  }

  /** Signs what they may not; the key service refuses it, at the latest after the touch. @throws Error where they may */
  async isRefused(act: Act): Promise<void> {
    const { tenant, name } = this.facts;
    const input = { tenant, person: this.person, act };
    const answer = await this.#at.console.call("/console/v1/drafts", input);
    if (!answer.ok) return;
    const outcomes = await this.#signed([answer.value]);
    if (outcomes.some((it) => it.refused === null))
      throw new Error(`${name} should have been refused ${act.act}`);
  }

  /** Over the identity provider and the desk, unless they have within this half of the day. */
  async signIn(): Promise<void> {
    if (this.now() < this.#signedInUntil) return;
    const session = digest.parse(randomBytes(32).toString("base64url"));
    const idToken = await obtainIdToken(this.#at.identity, this.facts.subject, session);
    const begun = await this.#at.console.call("/console/v1/sign-ins", { idToken, session });
    if (!begun.ok) throw new Error(`${this.facts.name} signs in: ${begun.error.message}`);
    await this.#touch([begun.value]);
    this.#signedInUntil = this.now() + SESSION_MS;
  }

  /** A session at the desk, as its page has one. */
  async identify() {
    const begun = mustHave(await this.desk.call("/desk/v1/identify/begin", {}), "identifying");
    const { challenge } = assertion.parse(begun.options);
    const finished = await this.desk.call("/desk/v1/identify/finish", {
      assertion: this.key.sign(challenge),
    });
    mustHave(finished, "identifying");
    const cookie = finished.ok ? (finished.cookie ?? "") : "";
    return <P extends PeopleApiPath>(path: P, input: PeopleApiInput<P>) =>
      this.desk.call(path, input, { cookie });
  }

  /** A draft whose statement has to be read first. */
  async signDraft(draft: DraftId): Promise<void> {
    const read = await this.desk.call("/desk/v1/drafts/read", { drafts: [draft] });
    const [shown] = mustHave(read, "reading a draft").drafts;
    const bytes = fromBase64url(shown?.statement ?? "") ?? new Uint8Array();
    await this.#touch([{ draft, digest: await statementDigest(bytes) }]);
  }

  async #draftAll(acts: readonly Act[]): Promise<Drafted[]> {
    const drafted: Drafted[] = [];
    for (const act of acts) drafted.push(await this.#draft(act));
    return drafted;
  }

  async #draft(act: Act): Promise<Drafted> {
    if (act.act === "request" || act.act === "approve") await this.signIn();
    const { tenant } = this.facts;
    const input = { tenant, person: this.person, act };
    const answer = await this.#at.console.call("/console/v1/drafts", input);
    if (answer.ok) return answer.value;
    const { code, message } = answer.error;
    throw new Error(`${this.facts.name} may not ${act.act} (${code}): ${message}`);
  }

  async #touch(drafted: readonly Drafted[]): Promise<void> {
    for (const { refused } of await this.#signed(drafted))
      if (refused !== null)
        throw new Error(`${this.facts.name} signs (${refused.code}): ${refused.message}`);
  }

  async #signed(drafted: readonly Drafted[]): Promise<readonly SignOutcome[]> {
    const digests = drafted.map((it) => it.digest);
    const [only, ...others] = digests;
    if (only === undefined) return [];
    const challenge = others.length === 0 ? only : await listDigest(digests);
    const signed = await this.desk.call("/desk/v1/drafts/sign", {
      drafts: drafted.map((it) => it.draft),
      assertion: this.key.sign(challenge),
    });
    return mustHave(signed, `${this.facts.name} signs`).outcomes;
  }
}
