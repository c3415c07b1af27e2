import { addSeconds, toInstant } from "@countersign/protocol/instants";
import { spiffeId } from "@countersign/protocol/names";
import { usage } from "../stop.ts";
import { parseDuration } from "../terminal/times.ts";

const LONGEST_SECONDS = 90 * 86_400;
/** A service whose clock is a little behind must not find a binding longer than the longest. */
const CLOCK_SLACK_SECONDS = 120;

/** A binding as typed: which workload, how it proves itself, and until when. @throws Stop `usage`. */
export function bindingFrom(
  workload: string,
  of: {
    readonly duration: string | undefined;
    /** The option that the duration stands in. */
    readonly option: string;
    readonly isVouched: boolean;
    readonly nowMs: number;
  },
) {
  const named = spiffeId.safeParse(workload);
  if (!named.success) {
    throw usage(
      "That is not a workload's identity: a SPIFFE ID like spiffe://example.com/payments/api.",
    );
  }
  const seconds = parseDuration(of.duration ?? "30d");
  if (seconds === null || seconds < 60 || seconds > LONGEST_SECONDS)
    throw usage(`${of.option}: a time like 12h or 30d, from 1m to 90d.`);
  const held = Math.min(seconds, LONGEST_SECONDS - CLOCK_SLACK_SECONDS);
  return {
    workload: named.data,
    proof: of.isVouched ? "gateway-vouched" : "end-to-end",
    expiresAt: addSeconds(toInstant(of.nowMs), held),
  } as const;
}
