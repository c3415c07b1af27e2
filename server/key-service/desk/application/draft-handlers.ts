import { toBase64url } from "@countersign/protocol/bytes";
import { refuse } from "@countersign/protocol/refusals";
import { parseStatement } from "@countersign/protocol/statement";
import { err, ok } from "../../../kernel/result.ts";
import { keysOf } from "../../decisions/domain/state.ts";
import type { StoredDraft } from "../../statements/infrastructure/draft-store.ts";
import type { PeopleHandlers } from "../infrastructure/people-handlers.ts";
import type { DeskParts } from "./desk-parts.ts";
import type { DeviceLogins } from "./device-login-handlers.ts";

type DraftHandlers = Pick<
  PeopleHandlers,
  "/desk/v1/drafts/read" | "/desk/v1/drafts/sign" | "/desk/v1/drafts/decline"
>;

/** Drafts at the desk: shown, signed, declined. */
export function draftHandlers(parts: DeskParts, logins: DeviceLogins): DraftHandlers {
  return {
    "/desk/v1/drafts/read": async ({ drafts: ids }) => {
      const drafts = await parts.drafts.load(ids);
      const [first] = drafts;
      if (first === undefined || drafts.length !== ids.length || drafts.some(isOver))
        return err(GONE);
      return ok({
        drafts: drafts.map((it) => ({
          draft: it.draft,
          statement: toBase64url(it.statement),
          openings: it.openings,
        })),
        rpId: parts.rpId,
        allowCredentials: signingKeys(parts, first),
      });
    },

    "/desk/v1/drafts/sign": async ({ drafts, assertion }, { correlation }) => {
      const touch = await parts.signing.verify(drafts, assertion, correlation);
      if (!touch.ok) return touch;
      const loopback = logins.hold(drafts, touch.value);
      if (loopback !== null) {
        const outcomes = drafts.map((draft) => ({ draft, accepted: null, refused: null }));
        return ok({ outcomes, next: loopback });
      }
      return ok({ outcomes: await parts.signing.submit(touch.value), next: null });
    },

    "/desk/v1/drafts/decline": async ({ drafts }) => {
      await parts.drafts.decline(drafts);
      return ok({});
    },
  };
}

function isOver({ declined, acceptedIndex }: StoredDraft): boolean {
  return declined || acceptedIndex !== null;
}

/** The keys that may sign this draft: those of its signer, or the one key that it enrols. */
function signingKeys({ path }: DeskParts, draft: StoredDraft) {
  const parsed = parseStatement(draft.statement);
  if (!parsed.ok) return [];
  const { value: statement } = parsed;
  if (statement.kind === "enrol-key" && statement.body.authority.by === "invitation") {
    return [statement.body.credential];
  }
  const person = path.state.tenants.get(statement.tenant)?.people.get(statement.signer.person);
  if (person === undefined) return [];
  return keysOf(path.state, person)
    .filter((key) => key.status === "active")
    .map((key) => key.credential);
}

const GONE = refuse(
  "draft-gone",
  "This was signed or declined already, or is too old. Start again.",
);
