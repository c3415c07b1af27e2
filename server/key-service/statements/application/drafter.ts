import { randomBytes } from "node:crypto";
import { commit, type Opening } from "@countersign/protocol/commitment";
import { asDigest } from "@countersign/protocol/digest";
import {
  type Commitment,
  type DraftId,
  draftId,
  idText,
  nonce,
  type Salt,
  salt,
} from "@countersign/protocol/ids";
import { addSeconds } from "@countersign/protocol/instants";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { SigningRole } from "@countersign/protocol/roles";
import {
  encodeStatement,
  type Statement,
  type StatementKind,
  type StatementOf,
  statementDigest,
  statement as statementSchema,
} from "@countersign/protocol/statement";
import type { TextLabel } from "@countersign/protocol/text";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { CommandPath } from "../../decisions/application/command-path.ts";
import { FLOOR_DIGEST, SIGNING_SECONDS } from "../../decisions/domain/decide-statement.ts";
import { tenantOf } from "../../decisions/domain/evolve.ts";
import type { Ledger } from "../../ledger/domain/ledger.ts";
import type { Person } from "../../roster/domain/roster.ts";
import type { Draft, DraftStore } from "../infrastructure/draft-store.ts";
import type { OpeningStore } from "../infrastructure/opening-store.ts";
import { gatherOpenings } from "./gather-openings.ts";

export type DrafterParts = {
  readonly path: CommandPath;
  readonly ledger: Pick<Ledger, "head">;
  readonly openings: OpeningStore;
  readonly drafts: DraftStore;
};

/** Collects the texts that a body commits to, so that they travel beside the statement. */
export class Texts {
  readonly openings: Record<Commitment, Opening> = {};

  /** A fresh commitment to this text. */
  async commit(label: TextLabel, value: string): Promise<Commitment> {
    return this.commitUnder(salt.parse(randomBytes(32).toString("base64url")), label, value);
  }

  /** A commitment that equals every other one to this text under this salt. */
  async commitUnder(given: Salt, label: TextLabel, value: string): Promise<Commitment> {
    const commitment = await commit(label, value, given);
    this.openings[commitment] = { label, salt: given, value };
    return commitment;
  }
}

export type DraftRequest<K extends StatementKind> = {
  readonly signer: Person;
  readonly role: SigningRole;
  readonly kind: K;
  readonly body: StatementOf<K>["body"];
  readonly texts: Texts;
};

export type AnyDraftRequest = { [K in StatementKind]: DraftRequest<K> }[StatementKind];

/**
 * Writes statements for people to sign. It gives no right: whatever is drafted is judged when it is
 * signed. What it adds to a body is what a signature must not be reusable beyond: tenant, signer,
 * nonce, times, epochs, the rules in force and the newest checkpoint.
 */
export class Drafter {
  readonly #parts: DrafterParts;

  constructor(parts: DrafterParts) {
    this.#parts = parts;
  }

  async draft(request: AnyDraftRequest): Promise<Result<Draft, Refusal>> {
    const { path, ledger, openings, drafts } = this.#parts;
    const now = path.now();
    if (!now.ok) return now;
    const { state } = path;
    if (state.genesis === null) return err(refuse("unavailable", "The ledger has no genesis yet."));
    const head = ledger.head();
    const { tenant, person, name } = request.signer;
    const parsed = statementSchema.safeParse({
      kind: request.kind,
      version: 1,
      tenant,
      signer: { person, name, role: request.role },
      nonce: nonce.parse(randomBytes(32).toString("base64url")),
      draftedAt: now.value,
      signBy: addSeconds(now.value, SIGNING_SECONDS),
      restoreEpoch: state.genesis.restoreEpoch,
      rosterEpoch: state.rosterEpoch,
      floor: FLOOR_DIGEST,
      checkpoint: { size: head.size, root: asDigest(head.root) },
      body: request.body,
    });
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return err(
        refuse(
          "malformed",
          `${issue?.path.join(".") ?? "statement"}: ${issue?.message ?? "not as expected"}`,
        ),
      );
    }
    const bytes = encodeWithin(parsed.data);
    if (bytes === null)
      return err(refuse("too-large", "This is too large for one statement. Ask for less at once."));
    const gathered = await gatherOpenings(
      tenantOf(state, tenant),
      openings,
      parsed.data,
      request.texts.openings,
    );
    const draft: Draft = {
      draft: newDraftId(),
      tenant,
      signer: person,
      digest: await statementDigest(bytes),
      statement: Buffer.from(bytes),
      openings: gathered,
      draftedAt: now.value,
      signBy: parsed.data.signBy,
    };
    await drafts.save(draft);
    return ok(draft);
  }
}

function newDraftId(): DraftId {
  return draftId.parse(idText("x", randomBytes(16)));
}

function encodeWithin(statement: Statement): Uint8Array | null {
  try {
    return encodeStatement(statement);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
