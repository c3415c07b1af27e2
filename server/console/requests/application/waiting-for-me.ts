import type { Digest } from "@countersign/protocol/ids";
import type { Caller } from "../../sessions/domain/session.ts";
import type { ConsoleParts } from "../../trpc/context.ts";

/**
 * Proposals of which the caller could sign a line now. Only the key service can tell, since it knows who owes whom
 * their place; while it does not answer nothing can be signed either, so nothing waits.
 */
export async function waitingForMe(
  { keyService }: ConsoleParts,
  { tenant, person }: Caller,
): Promise<readonly Digest[]> {
  const answer = await keyService.call("/console/v1/proposals/waiting", { tenant, person });
  return answer.ok ? answer.value.proposals : [];
}
