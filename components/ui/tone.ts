/**
 * What a colour says. `proven` is verdigris, `due` amber. `alarm` is vermilion and belongs to break-glass,
 * revocation and tampering; nothing that is merely wrong or refused may use it.
 */
export type Tone = "plain" | "accent" | "proven" | "due" | "alarm";

export const TONE_TEXT = {
  plain: "text-quiet",
  accent: "text-blue",
  proven: "text-verdigris",
  due: "text-amber",
  alarm: "text-vermilion",
} as const satisfies Record<Tone, string>;

export const TONE_FILL = {
  plain: "bg-wash text-quiet",
  accent: "bg-blue-wash text-blue",
  proven: "bg-verdigris-wash text-verdigris",
  due: "bg-amber-wash text-amber",
  alarm: "bg-vermilion-wash text-vermilion",
} as const satisfies Record<Tone, string>;
