import type { RequestChoices } from "../../../../components/rooms/views.ts";

/** A form that was filled in, as the procedure wants it. */
export type RequestDraft = {
  readonly secrets: string[];
  readonly justification: string;
  readonly ticket: string;
  readonly notBefore: null;
  readonly durationSeconds: number;
  readonly maxUses: number;
  readonly device: string;
};

export type RequestProblems = Partial<
  Readonly<
    Record<
      "secrets" | "justification" | "ticket" | "durationSeconds" | "maxUses" | "device",
      string
    >
  >
>;

const HOUR = 3600;
const DURATIONS = [
  [HOUR / 4, "15 minutes"],
  [HOUR / 2, "30 minutes"],
  [HOUR, "1 hour"],
  [2 * HOUR, "2 hours"],
  [4 * HOUR, "4 hours"],
  [8 * HOUR, "8 hours"],
  [24 * HOUR, "1 day"],
] as const;

export function durationChoices(
  maxSeconds: number,
): readonly { readonly seconds: number; readonly words: string }[] {
  return DURATIONS.filter(([seconds]) => seconds <= maxSeconds).map(([seconds, words]) => ({
    seconds,
    words,
  }));
}

/**
 * Reads the form and names every problem at once, beside its field. The key service judges again; this only
 * saves people the way there and back.
 */
export function readRequest(
  form: FormData,
  secrets: readonly string[],
  choices: RequestChoices,
):
  | { readonly ok: true; readonly request: RequestDraft }
  | { readonly ok: false; readonly problems: RequestProblems } {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim().normalize("NFC") : "";
  };
  const maxUses = Number(text("maxUses"));
  const durationSeconds = Number(text("durationSeconds"));
  const justification = text("justification");
  const ticket = text("ticket");
  const device = text("device");
  const problems: RequestProblems = {
    ...(secrets.length === 0 ? { secrets: "Name the secret that you need." } : {}),
    ...(secrets.length > choices.maxSecrets
      ? { secrets: `One request covers ${choices.maxSecrets} at most. Make a second one.` }
      : {}),
    ...(justification === "" ? { justification: "Say why, in a sentence." } : {}),
    ...(ticket === "" ? { ticket: "Name the ticket that this belongs to." } : {}),
    ...(durationSeconds > 0 && durationSeconds <= choices.maxDurationSeconds
      ? {}
      : { durationSeconds: "Choose how long you need it." }),
    ...(Number.isInteger(maxUses) && maxUses >= 1 && maxUses <= choices.maxUses
      ? {}
      : { maxUses: `Between 1 and ${choices.maxUses}.` }),
    ...(choices.devices.some((it) => it.device === device)
      ? {}
      : { device: "Choose the device that shall open it." }),
  };
  if (Object.keys(problems).length > 0) return { ok: false, problems };
  return {
    ok: true,
    request: {
      secrets: [...secrets],
      justification,
      ticket,
      notBefore: null,
      durationSeconds,
      maxUses,
      device,
    },
  };
}
