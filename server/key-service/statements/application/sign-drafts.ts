import { listDigest } from "@countersign/protocol/digest";
import type { Commitment, CredentialId, Digest, DraftId } from "@countersign/protocol/ids";
import { openStatement } from "@countersign/protocol/openings";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import { parseStatement, type Statement, statementDigest } from "@countersign/protocol/statement";
import type { SignOutcome } from "@countersign/protocol/views";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { Attempt, CommandPath, Recorded } from "../../decisions/application/command-path.ts";
import { decideStatement } from "../../decisions/domain/decide-statement.ts";
import type { State } from "../../decisions/domain/state.ts";
import type { Ledger } from "../../ledger/domain/ledger.ts";
import { APPROVING_ROLES, holdsAnywhere } from "../../roster/domain/roster.ts";
import {
  type AssertionRecord,
  type EnrolledCredential,
  parseAssertion,
} from "../domain/assertion.ts";
import type { DraftStore, StoredDraft } from "../infrastructure/draft-store.ts";
import type { OpeningStore } from "../infrastructure/opening-store.ts";
import { verifyAssertion } from "../infrastructure/verify-assertion.ts";
import { effectInWords } from "./effect-in-words.ts";
import { whyOtherHistory } from "./why-other-history.ts";

export type SigningParts = {
  readonly path: CommandPath;
  readonly ledger: Pick<Ledger, "head" | "consistencyProof">;
  readonly drafts: DraftStore;
  readonly openings: OpeningStore;
  readonly rpId: string;
  readonly deskOrigin: string;
  /** Refuses a statement whose staged value is not there, before it is recorded as accepted. */
  readonly whyValueMissing: (statement: Statement) => Promise<Refusal | null>;
};

type ToSign = {
  readonly draft: StoredDraft;
  readonly statement: Statement;
  readonly digest: Digest;
};

/** What one touch of one hardware key signed, its signature verified; nothing of it is decided yet. */
export type VerifiedTouch = {
  readonly signed: readonly ToSign[];
  readonly assertion: AssertionRecord;
  readonly signCount: number;
  readonly list: readonly Digest[] | null;
  readonly correlation: string;
};

/** A signature over one draft, or over a list of drafts with one touch, on its way to being judged. */
export class Signing {
  readonly #parts: SigningParts;

  constructor(parts: SigningParts) {
    this.#parts = parts;
  }

  /** Verifies and submits: the usual way. */
  async sign(
    ids: readonly DraftId[],
    assertionJson: unknown,
    correlation: string,
  ): Promise<Result<SignOutcome[], Refusal>> {
    const touch = await this.verify(ids, assertionJson, correlation);
    return touch.ok ? ok(await this.submit(touch.value)) : touch;
  }

  /**
   * Whether one touch signed exactly these drafts. The bytes of the drafts are hashed here, so that the
   * challenge that must have been signed is that of the very bytes that are judged afterwards.
   */
  async verify(
    ids: readonly DraftId[],
    assertionJson: unknown,
    correlation: string,
  ): Promise<Result<VerifiedTouch, Refusal>> {
    const loaded = await this.#load(ids);
    if (!loaded.ok) return loaded;
    const signed = loaded.value;
    const [first] = signed;
    if (first === undefined) return err(refuse("malformed", "There is nothing to sign."));
    const digests = signed.map((it) => it.digest);
    const list = digests.length === 1 ? null : digests;

    const record = parseAssertion(assertionJson);
    if (!record.ok) return this.#forged(first, record.error, correlation);
    const { state } = this.#parts.path;
    const verified = await verifyAssertion({
      record: record.value,
      expectedChallenge: list === null ? first.digest : await listDigest(digests),
      rpId: this.#parts.rpId,
      origin: this.#parts.deskOrigin,
      credential: credentialFor(state, first.statement, record.value.credential),
      mayBeBackedUp: mayBeBackedUp(state, first.statement),
    });
    if (!verified.ok) return this.#forged(first, verified.error, correlation);
    const { signCount } = verified.value;
    return ok({ signed, assertion: record.value, signCount, list, correlation });
  }

  /** Each statement is its own entry with its own outcome; a refusal of one takes nothing from the others. */
  async submit(touch: VerifiedTouch): Promise<SignOutcome[]> {
    const outcomes: SignOutcome[] = [];
    let counted = false;
    for (const it of touch.signed) {
      const result = await this.#submit(it, touch, counted);
      counted ||= result.ok;
      outcomes.push(outcomeOf(it, result));
    }
    return outcomes;
  }

  async #load(ids: readonly DraftId[]): Promise<Result<ToSign[], Refusal>> {
    if (new Set(ids).size !== ids.length)
      return err(refuse("malformed", "The same draft is named twice."));
    const drafts = await this.#parts.drafts.load(ids);
    if (drafts.length !== ids.length) return err(DRAFT_GONE);
    const toSign: ToSign[] = [];
    for (const draft of drafts) {
      if (draft.declined) return err(DRAFT_GONE);
      const parsed = parseStatement(draft.statement);
      if (!parsed.ok)
        return err(
          refuse("statement-malformed", `This draft is damaged: ${parsed.error.message}.`),
        );
      toSign.push({
        draft,
        statement: parsed.value,
        digest: await statementDigest(draft.statement),
      });
    }
    const signers = new Set(
      toSign.map(({ statement: { tenant, signer } }) => `${tenant} ${signer.person}`),
    );
    if (signers.size > 1)
      return err(refuse("malformed", "These are for different people to sign."));
    return ok(toSign);
  }

  async #submit(
    { draft, statement, digest }: ToSign,
    { assertion, signCount, list, correlation }: VerifiedTouch,
    counted: boolean,
  ): Promise<Result<Recorded, Refusal>> {
    const attempt: Attempt = {
      door: "desk",
      correlation,
      what: statement.kind,
      tenant: statement.tenant,
      person: statement.signer.person,
      device: null,
      subject: digest,
      evidence: { statement, digest, assertion, list },
    };
    const foreign = await whyOtherHistory(this.#parts.ledger, statement);
    if (foreign !== null) {
      this.#parts.path.recordRefusal(attempt, foreign);
      return err(foreign);
    }
    const missing = await this.#parts.whyValueMissing(statement);
    if (missing !== null) return err(missing);
    const opened = await openStatement(draft.statement, draft.openings);
    if (opened.ok) {
      // Keys of the record were parsed as commitments; `Object.entries` forgets it.
      const texts = Object.entries(draft.openings.texts).filter(([key]) =>
        opened.value.texts.has(key as Commitment),
      );
      await this.#parts.openings.save(statement.tenant, Object.fromEntries(texts));
    }
    const { credential } = assertion;
    const result = await this.#parts.path.execute(attempt, (state, now) =>
      decideStatement(state, { statement, digest, credential, signCount, counted }, now),
    );
    if (result.ok) await this.#parts.drafts.accepted(draft.draft, result.value.index);
    return result;
  }

  /** A signature that does not hold is recorded as an attempt on the statement that it was for. */
  #forged(
    { statement, digest }: ToSign,
    refusal: Refusal,
    correlation: string,
  ): Result<never, Refusal> {
    const { tenant, signer, kind } = statement;
    const attempt = { door: "desk", correlation, what: kind, tenant, subject: digest } as const;
    this.#parts.path.recordRefusal(
      { ...attempt, person: signer.person, device: null, evidence: null },
      refusal,
    );
    return err(refusal);
  }
}

/** The key that must have signed: an enrolled one, or for a first key the one that the statement enrols. */
function credentialFor(
  state: State,
  statement: Statement,
  presented: CredentialId,
): EnrolledCredential | null {
  const person = state.tenants.get(statement.tenant)?.people.get(statement.signer.person);
  if (person === undefined) return null;
  const { userHandle } = person;
  if (statement.kind === "enrol-key" && statement.body.authority.by === "invitation") {
    const { credential, publicKey, algorithm, backupEligible } = statement.body;
    if (credential !== presented) return null;
    return {
      credential,
      publicKey,
      algorithm,
      backupEligible,
      userHandle,
      person: person.person,
      signCount: 0,
    };
  }
  const key = state.keys.get(presented);
  if (key === undefined || key.person !== person.person || key.tenant !== person.tenant)
    return null;
  return { ...key, userHandle };
}

function mayBeBackedUp(state: State, statement: Statement): boolean {
  if (state.genesis?.mode === "development") return true;
  const person = state.tenants.get(statement.tenant)?.people.get(statement.signer.person);
  return person !== undefined && !APPROVING_ROLES.some((role) => holdsAnywhere(person, role));
}

function outcomeOf({ draft, digest }: ToSign, result: Result<Recorded, Refusal>): SignOutcome {
  return result.ok
    ? {
        draft: draft.draft,
        accepted: { index: result.value.index, digest, effect: effectInWords(result.value.events) },
        refused: null,
      }
    : { draft: draft.draft, accepted: null, refused: result.error };
}

const DRAFT_GONE = refuse(
  "draft-gone",
  "This draft is gone: it was declined or is too old. Start again.",
);
