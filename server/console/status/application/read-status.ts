import { toMilliseconds } from "@countersign/protocol/instants";
import type * as z from "zod";
import { procedure } from "../../trpc/procedure.ts";
import { statusContract } from "../contract.ts";
import { readProjected } from "../infrastructure/read-projected.ts";

type Status = z.infer<typeof statusContract.read.output>;
type Part = Status["keyService"];
/** Workloads tolerate 15 minutes without a cosignature; people are told after 5. */
const QUIET_SECONDS = 5 * 60;

/** How the parts are, each with what that means for people. */
export const readStatus = procedure("status.read", statusContract.read).query(
  async ({ ctx: { parts, caller } }) => {
    const [head, provider, projected] = await Promise.all([
      parts.keyService.call("/console/v1/log/head", {}),
      parts.identityProviderAnswers(),
      parts.database.withTenant(caller.tenant, readProjected),
    ]);
    const now = parts.now();
    const ledger = head.ok ? head.value : null;
    const newest = Math.max(0, ...(ledger?.witnesses ?? []).map((it) => toMilliseconds(it.at)));
    const quietSeconds = (toMilliseconds(now) - newest) / 1000;
    return {
      at: now,
      mode: projected.mode,
      keyService: ledger === null ? KEY_SERVICE_DOWN : KEY_SERVICE_UP,
      // The rows above were just read from it.
      database: { state: "up", sentence: "Lists are read from it; nothing in it opens a secret." },
      identityProvider: provider ? PROVIDER_UP : PROVIDER_DOWN,
      witness:
        ledger === null
          ? WITNESS_UNKNOWN
          : quietSeconds > QUIET_SECONDS
            ? WITNESS_QUIET
            : WITNESS_UP,
      ledger: ledger && {
        origin: ledger.origin,
        size: ledger.size,
        root: ledger.root,
        note: ledger.note,
        signers: [ledger.origin, ...ledger.witnesses.map((it) => it.name)],
      },
      projectionBehind: ledger && Math.max(0, ledger.size - projected.nextIndex),
    } satisfies Status;
  },
);

const KEY_SERVICE_UP: Part = { state: "up", sentence: "Decides and signs the ledger." };
const KEY_SERVICE_DOWN: Part = {
  state: "down",
  sentence:
    "Nobody can sign, request or open anything until it answers. Lists show what was last recorded.",
};
const PROVIDER_UP: Part = { state: "up", sentence: "People can sign in." };
const PROVIDER_DOWN: Part = {
  state: "down",
  sentence: "Nobody can sign in anew. Sessions that are open, the desk and grants go on working.",
};
const WITNESS_UP: Part = { state: "up", sentence: "Cosigns what continues the ledger it knows." };
const WITNESS_QUIET: Part = {
  state: "down",
  sentence:
    "Has not cosigned for more than 5 minutes. Values that take two people wait; workloads go on for 15 minutes.",
};
const WITNESS_UNKNOWN: Part = {
  state: "unknown",
  sentence: "Cannot be told while the key service does not answer.",
};
