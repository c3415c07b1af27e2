import { CircleCheck, CircleSlash } from "lucide-react";
import type { BadgeLook } from "../../ui/badge.tsx";
import type { AuditRow } from "../views.ts";

/**
 * An act as the verb of a sentence: before its object, without one, and as what was refused. *Sam Ito*
 * approved the use of *x*; *Sam Ito* approved a request; *Sam Ito* may not approve *x*.
 */
type Deed = { readonly did: string; readonly alone: string; readonly refused: string };

const same = (did: string, refused: string): Deed => ({ did, alone: did, refused });

/** Kinds of statement first, then what people attempt without one, then what happens by itself. */
const ACTS: Readonly<Record<string, Deed>> = {
  "sign-in": same("signed in", "sign in"),
  "link-identity": same("linked an account", "link an account"),
  "enrol-key": same("enrolled a hardware key", "enrol a hardware key"),
  "enrol-device": same("enrolled a device", "enrol a device"),
  request: { did: "asked to use", alone: "asked to use a secret", refused: "ask to use" },
  approve: { did: "approved the use of", alone: "approved a proposal", refused: "approve" },
  deny: { did: "refused the use of", alone: "refused a proposal", refused: "refuse" },
  withdraw: { did: "withdrew", alone: "withdrew a proposal", refused: "withdraw" },
  "register-secret": { did: "registered", alone: "registered a secret", refused: "register" },
  "put-value": { did: "added a value to", alone: "added a value", refused: "add a value to" },
  "edit-secret": {
    did: "edited the metadata of",
    alone: "edited metadata",
    refused: "edit the metadata of",
  },
  "reclassify-secret": {
    did: "reclassified",
    alone: "asked to reclassify a secret",
    refused: "reclassify",
  },
  "change-role": same("changed roles", "change roles"),
  "bind-workload": {
    did: "bound a workload to",
    alone: "bound a workload",
    refused: "bind a workload to",
  },
  revoke: { did: "revoked", alone: "revoked something", refused: "revoke" },

  identify: same("showed a key at the desk", "show a key at the desk"),
  open: { did: "opened", alone: "opened a secret", refused: "open" },
  release: { did: "received", alone: "received a value", refused: "receive" },
  "check-value": {
    did: "compared a value with",
    alone: "compared a value",
    refused: "compare a value with",
  },

  fetch: { did: "fetched", alone: "fetched a secret", refused: "fetch" },
  "gateway-hello": same("spoke as a gateway", "speak as a gateway"),
  "console-rpc": same("spoke as the console", "speak as the console"),

  GenesisDeclared: same("the ledger began", "begin a ledger"),
  ServiceStarted: same("the key service started", "start"),
  ReleaseIntended: { did: "is to receive", alone: "is to receive a value", refused: "receive" },
  ReleaseDone: {
    did: "the value left for its device:",
    alone: "a value left for its device",
    refused: "receive",
  },
  FetchIntended: { did: "fetched", alone: "fetched a secret", refused: "fetch" },
  FetchesDone: same("fetches were answered", "answer fetches"),
  IdentityProven: same("proved an account at the identity provider", "prove an account"),
  ValueChecked: {
    did: "compared a value with",
    alone: "compared a value",
    refused: "compare a value with",
  },
  ProposalExpired: {
    did: "a proposal lapsed, about",
    alone: "a proposal lapsed",
    refused: "let a proposal lapse",
  },
  GrantExpired: { did: "a grant ended, of", alone: "a grant ended", refused: "end a grant" },
  BindingExpired: same("a binding ended", "end a binding"),
  KeyLocked: same("a key was locked", "lock a key"),
  SessionOpened: same("a session began", "begin a session"),
  SessionEnded: same("a session ended", "end a session"),
  TamperingFound: {
    did: "tampering was found with",
    alone: "tampering was found",
    refused: "tamper",
  },
};

/** Of an act that is not here: as it stands in the entry, its words apart. */
function deedOf(act: string): Deed {
  const words = act
    .replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase()
    .replaceAll("-", " ");
  return ACTS[act] ?? same(words, words);
}

/** The verb of an entry's sentence. `hasObject`: a secret is named after it. */
export function actInWords(
  act: string,
  outcome: AuditRow["outcome"] = "done",
  hasObject = false,
): string {
  const deed = deedOf(act);
  if (outcome === "refused") return `was refused: ${deed.refused}`;
  return hasObject ? deed.did : deed.alone;
}

export const OUTCOME_LOOKS = {
  done: { icon: CircleCheck, word: "done", tone: "proven" },
  refused: { icon: CircleSlash, word: "refused", tone: "due" },
} as const satisfies Record<AuditRow["outcome"], BadgeLook>;

/** Where an act came in. */
export const DOOR_WORDS: Readonly<Record<string, string>> = {
  desk: "at the desk",
  "command-line": "from the command line",
  console: "from the console",
  system: "by the service itself",
  gateway: "through the gateway",
};
