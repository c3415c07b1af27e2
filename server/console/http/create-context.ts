import { randomBytes } from "node:crypto";
import { toBase32 } from "@countersign/protocol/bytes";
import { withCorrelation } from "../key-service-client/with-correlation.ts";
import { judgeSession, type SessionState } from "../sessions/domain/session.ts";
import { sessionDigest } from "../sign-in/session-secret.ts";
import type { ConsoleContext, ConsoleParts } from "../trpc/context.ts";
import { readCookie, setCookie } from "./cookies.ts";

/** Sent by pages while somebody is at them: only that moves the idle clock, a page that refreshes itself does not. */
export const ACTIVE_HEADER = "countersign-active";

/** The context of one HTTP call. `set` holds the cookies that its answer must carry. */
export function createContext(
  { parts, origin }: { readonly parts: ConsoleParts; readonly origin: string },
  headers: Headers,
): ConsoleContext & { readonly set: string[] } {
  const secret = readCookie(headers.get("cookie"), "session", origin);
  const session = secret === null ? null : sessionDigest(secret);
  const set: string[] = [];
  let judged: Promise<SessionState> | undefined;
  const judge = async (): Promise<SessionState> => {
    if (session === null) return { state: "signed-out", reason: "none" };
    const now = parts.now();
    const found = await parts.sessions.find(session);
    const state = judgeSession(found.started, found.signed, found.person, now);
    if (state.state === "open" && headers.get(ACTIVE_HEADER) === "1") {
      await parts.sessions.seen(session, now);
    }
    return state;
  };
  const correlation = toBase32(randomBytes(10));
  return {
    parts: { ...parts, keyService: withCorrelation(parts.keyService, correlation) },
    session,
    correlation,
    sessionState: () => {
      judged ??= judge();
      return judged;
    },
    forgetCookie: () => set.push(setCookie("session", "", origin)),
    set,
  };
}
