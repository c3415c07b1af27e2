import type { Refusal } from "@countersign/protocol/refusals";
import type { DomainEvent } from "./event.ts";

/** A refusal may have consequences of its own (a locked key): they are history all the same. */
export type Decision =
  | { readonly ok: true; readonly events: readonly DomainEvent[] }
  | { readonly ok: false; readonly refusal: Refusal; readonly events: readonly DomainEvent[] };

export const decided = (...events: DomainEvent[]): Decision => ({ ok: true, events });
export const refused = (refusal: Refusal, ...events: DomainEvent[]): Decision => ({
  ok: false,
  refusal,
  events,
});
