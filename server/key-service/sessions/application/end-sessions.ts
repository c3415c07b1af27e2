import type { Refusal } from "@countersign/protocol/refusals";
import { err, ok, type Result } from "../../../kernel/result.ts";
import type { CommandPath } from "../../decisions/application/command-path.ts";
import { decided } from "../../decisions/domain/decision.ts";
import { decideEndSessions, type EndSessions } from "../domain/decide-end-sessions.ts";

/**
 * *Sign out*, of one session or of all that a person has. Idempotent: what has ended already, or never
 * was, counts as none. Whoever has the console's credential can end sessions, and gains nothing by it.
 */
export async function endSessions(
  { path }: { readonly path: Pick<CommandPath, "execute" | "state"> },
  of: EndSessions,
  correlation: string,
): Promise<Result<{ readonly ended: number }, Refusal>> {
  // Nothing comes between this look and the decision below; an entry without an event would say nothing.
  if (decideEndSessions(path.state, of).length === 0) return ok({ ended: 0 });
  const recorded = await path.execute(
    {
      door: "console",
      correlation,
      what: "sign-out",
      tenant: of.tenant,
      person: of.person,
      device: null,
      subject: of.session,
      evidence: null,
    },
    (state) => decided(...decideEndSessions(state, of)),
  );
  return recorded.ok ? ok({ ended: recorded.value.events.length }) : err(recorded.error);
}
