import type { Clock } from "../../kernel/clock.ts";

const ASK_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 2_000;

/** Whether the identity provider publishes its configuration; asked at most every five seconds. Never throws. */
export function providerHealth(issuer: string, clock: Pick<Clock, "monotonic">) {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  let asked: { readonly at: number; readonly answers: Promise<boolean> } | undefined;
  return (): Promise<boolean> => {
    const now = clock.monotonic();
    if (asked === undefined || now - asked.at > ASK_EVERY_MS)
      asked = { at: now, answers: ask(url) };
    return asked.answers;
  };
}

async function ask(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      redirect: "error",
    });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
