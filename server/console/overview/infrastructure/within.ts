import type { Instant } from "@countersign/protocol/instants";
import type { Reach } from "../../authorise/reach.ts";

/** How far the reader's right reaches, and the time of the whole answer. */
export type Within = { readonly reach: Reach; readonly now: Instant };
