import { toBase64url } from "@countersign/protocol/bytes";
import { refuse } from "@countersign/protocol/refusals";
import { err, ok } from "../../../kernel/result.ts";
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
        // Keys are discoverable: asked for none by name they return the user handle, which is compared.
        allowCredentials: [],
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

const GONE = refuse(
  "draft-gone",
  "This was signed or declined already, or is too old. Start again.",
);
