import type { Instant } from "@countersign/protocol/instants";
import { withReturn } from "../drafts/draft.ts";
import type { ConsoleParts } from "../trpc/context.ts";
import { sessionDigest } from "./session-secret.ts";
import type { StartedSignIn } from "./started-sign-in.ts";

/**
 * Takes an ID token to the key service, which verifies it by itself, and writes down a session that waits for the
 * person's signature. Returns where the browser goes: the desk, or back with the reason why not. A refusal leaves
 * no row behind (lesson L13).
 */
export async function completeSignIn(
  { keyService, sessions, now }: Pick<ConsoleParts, "keyService" | "sessions" | "now">,
  started: StartedSignIn,
  idToken: string,
): Promise<{ readonly goTo: string; readonly began: boolean }> {
  const session = sessionDigest(started.secret);
  if (session === null) return refused("identity-rejected");
  const answer = await keyService.call("/console/v1/sign-ins", { idToken, session });
  if (!answer.ok) return refused(answer.error.code);
  const { tenant, person, link, signBy, expiresAt } = answer.value;
  const at: Instant = now();
  // From the desk back to our page, which waits until the lists know of the session and then goes on.
  const toDesk = withReturn(link, "/sign-in");
  const { returnTo } = started;
  const row = { session, tenant, person, link: toDesk, returnTo, signBy, seenAt: at, expiresAt };
  await sessions.begin(row, at);
  return { goTo: toDesk, began: true };
}

function refused(code: string) {
  return { goTo: `/sign-in?refused=${code}`, began: false };
}
