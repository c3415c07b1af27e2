import type { Told } from "../domain/mail.ts";

/** What leaves: of which proposal of whom, for whom. */
export type Outgoing = Told & {
  readonly tenant: string;
  readonly proposal: string;
  readonly waitsFor: readonly string[];
  /** The recipient's address; null for the webhook. */
  readonly address: string | null;
};

/**
 * A way out. `send` resolves when the other side has taken the message, or says in a few words of ours why not; it
 * never throws, ends within 30 seconds, and may be called again with the same message.
 */
export type Channel = {
  send(
    message: Outgoing,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly trouble: string }>;
};
