import type { Instant } from "@countersign/protocol/instants";

/** What a message tells. No name of a secret, no reason, no value: a mailbox is not where those belong. */
export type Told = {
  readonly kind: "waits" | "decided";
  /** What was proposed: a kind of statement. */
  readonly proposed: string;
  /** Name of who proposed it. */
  readonly by: string;
  readonly decideBy: Instant;
  /** Of the proposal, as it stands now. */
  readonly status: string;
  /** Page of the proposal in the console. */
  readonly link: string;
};

const OUTCOMES: Readonly<Record<string, string>> = {
  approved: "It was approved.",
  denied: "It was refused.",
  expired: "It lapsed: not everybody who was needed signed in time.",
};

/** Subject and plain text. It leads to the console and decides nothing: there is nothing in it to press. */
export function mailText(told: Told): { readonly subject: string; readonly text: string } {
  const what = told.proposed.replaceAll("-", " ");
  const waits = told.kind === "waits";
  const lines = waits
    ? [
        `${oneLine(told.by)} proposed something (${what}) that waits for your signature until ${told.decideBy}.`,
        "",
        "Read it, and sign or refuse it at the desk with your hardware key:",
      ]
    : [
        `What you proposed (${what}) is decided. ${OUTCOMES[told.status] ?? "It is over."}`,
        "",
        "What happened, and who signed:",
      ];
  return {
    subject: waits
      ? "Countersign: something waits for your signature"
      : "Countersign: what you proposed is decided",
    text: [
      ...lines,
      told.link,
      "",
      "Nothing is decided by answering this message, and Countersign never asks for a value or a password.",
      "You get it because you gave this address in the console, under Notifications. You can take it away there.",
      "",
    ].join("\n"),
  };
}

/** A name comes from the roster: nothing in it may begin a line of its own. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").slice(0, 100);
}

/** Whether mail may go there: one address, of one of the domains. An empty list: nowhere. */
export function isAllowedAddress(address: string, domains: readonly string[]): boolean {
  const parts = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9.-]{1,190})$/.exec(address);
  return parts?.[1] !== undefined && domains.includes(parts[1].toLowerCase());
}
