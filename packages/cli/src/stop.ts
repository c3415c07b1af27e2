import { type Problem, REFUSALS, type RefusalCode } from "@countersign/protocol/refusals";

/**
 * What the command line itself can refuse or fail with, beside the key service's refusals, and the
 * exit code of each. The same families: 2 wrong use · 3 not signed in · 4 waits for people · 5 refused
 * or ended · 6 not found · 7 unavailable · 8 the other side is not who it should be.
 */
export const LOCAL_CODES = {
  /** `check`: the candidate is not the stored value. */
  "value-differs": 1,
  usage: 2,
  "needs-terminal-consent": 2,
  "unsafe-place": 2,
  "not-logged-in": 3,
  "waits-for-people": 4,
  ended: 5,
  unreachable: 7,
  "state-unusable": 7,
  "not-witnessed": 7,
  "service-changed": 8,
  "draft-differs": 8,
  "answer-not-understood": 8,
  "log-differs": 8,
  "release-rejected": 8,
  fault: 70,
  "command-not-runnable": 126,
  "command-not-found": 127,
  interrupted: 130,
} as const satisfies Record<string, number>;

export type LocalCode = keyof typeof LOCAL_CODES;
export type StopCode = LocalCode | RefusalCode;

export function exitCodeOf(code: StopCode): number {
  return code in REFUSALS
    ? REFUSALS[code as RefusalCode].exit // `in` has just proven which table it stands in
    : LOCAL_CODES[code as LocalCode];
}

/**
 * Ends the running command. A refusal of the key service is a value up to the command that asked; from
 * there on nothing can be done but tell the person, and that is what this carries: a code, a sentence,
 * and the next command to run. It never carries a value.
 */
export class Stop extends Error {
  override readonly name = "Stop";
  readonly code: StopCode;
  /** A command line or a sentence: what to do now. */
  readonly next: string | null;
  /** Finds the refusal in the key service's log. */
  readonly correlation: string | null;

  constructor(
    code: StopCode,
    message: string,
    next: string | null = null,
    correlation: string | null = null,
  ) {
    super(message);
    this.code = code;
    this.next = next;
    this.correlation = correlation;
  }

  get exit(): number {
    return exitCodeOf(this.code);
  }
}

export const usage = (message: string, next: string | null = null) =>
  new Stop("usage", message, next);

/** What somebody can do about each refusal; null where the service's own sentence says it all. */
const NEXT_STEPS = {
  malformed: null,
  "too-large": "A value has 65,536 bytes at most.",
  "not-signed-in": "secrets login",
  "not-allowed": "secrets whoami shows your roles",
  "not-found": "secrets list shows what you may see",
  "rate-limited": "Wait a minute, then run the same command again.",
  unavailable: "Run the same command again in a moment; nothing was lost.",
  "clock-differs": "Set this machine's clock, then run the same command again.",
  "draft-gone": "Run the same command again for a fresh draft.",
  "draft-expired": "Run the same command again for a fresh draft.",
  "statement-malformed": null,
  "assertion-rejected": null,
  "key-locked": null,
  "key-revoked": null,
  "key-taken": null,
  "nonce-used": "Run the same command again for a fresh draft.",
  "rules-changed": "Run the same command again for a fresh draft.",
  "facts-differ": "secrets show NAME shows what holds now; then run the same command again",
  "invitation-used": null,
  "identity-rejected": null,
  "not-linked": null,
  "sign-in-needed": "Sign in at the console, then run the same command again.",
  "own-proposal": null,
  "same-person-twice": null,
  "enrolled-too-recently": null,
  "no-step-left": null,
  "already-decided": "secrets requests shows how it was decided",
  "already-exists": "secrets put NAME gives it a new value",
  "metadata-incomplete": "secrets show NAME names what is missing; secrets edit NAME sets it",
  "no-value": "secrets put NAME, or secrets generate NAME",
  "secret-changed": "secrets request NAME asks for the version that holds now",
  "secret-revoked": null,
  "value-expired": "secrets put NAME, or secrets generate NAME",
  "value-rejected": null,
  "not-approved": "secrets get ID waits for the signatures",
  "not-yet": "secrets requests shows from when it holds",
  "grant-expired": "secrets request NAME asks again",
  "grant-revoked": "secrets request NAME asks again",
  "uses-spent": "secrets request NAME asks again",
  "binding-ended": "secrets bind-workload",
  "other-device": "Run it on the device that the request names.",
  "device-inactive": "secrets login enrols this device again",
  "tampering-found": "Tell a security admin now, and keep the reference.",
} as const satisfies Record<RefusalCode, string | null>;

export function stopFromProblem(problem: Problem): Stop {
  return new Stop(
    problem.code,
    sentence(problem.detail),
    NEXT_STEPS[problem.code],
    problem.correlation,
  );
}

/** Capital letter and full stop, for a message that was written as half a sentence. */
export function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
