import { createHash } from "node:crypto";
import { canonicalise } from "@countersign/protocol/canonical";
import { asDigest } from "@countersign/protocol/digest";
import { PEOPLE_API, type PeopleApiOutput } from "@countersign/protocol/people-api";
import { type DigestWords, digestWords } from "@countersign/protocol/words";
import { z } from "zod";
import { Stop } from "../stop.ts";
import type { StateDir } from "./state-dir.ts";

/**
 * The keys that this machine knows a key service by, kept at the first `login` and never replaced
 * silently: who answers at the same address with other keys is another service, or an impostor.
 */
const hello = PEOPLE_API["/people/v1/hello"].output;
export type Hello = PeopleApiOutput<"/people/v1/hello">;

const FILE = "known-services.json";
const knownServices = z.strictObject({ v: z.literal(2), services: z.record(z.url(), hello) });

export function readPin(state: StateDir, origin: string): Hello | null {
  return state.read(FILE, knownServices)?.services[origin] ?? null;
}

export function writePin(state: StateDir, origin: string, pin: Hello): void {
  const services = state.read(FILE, knownServices)?.services ?? {};
  state.write(FILE, { v: 2, services: { ...services, [origin]: pin } });
}

/** What changed, in words for people; empty where the service is the one that was pinned. */
export function pinDifferences(pin: Hello, now: Hello): string[] {
  const changed = (what: string, a: unknown, b: unknown) =>
    canonicalise(a) === canonicalise(b) ? [] : [what];
  return [
    ...changed("the key that signs releases", pin.releaseKey, now.releaseKey),
    ...changed("the key that signs the ledger", pin.logKey, now.logKey),
    ...changed("the ledger", pin.ledgerOrigin, now.ledgerOrigin),
    ...changed("the desk's address", pin.deskOrigin, now.deskOrigin),
    ...changed("the witnesses", pin.witnesses, now.witnesses),
    ...changed("how many witnesses must cosign", pin.witnessQuorum, now.witnessQuorum),
    ...changed("development or production", pin.mode, now.mode),
  ];
}

/** @throws Stop `service-changed` unless `now` is what was pinned. */
export function requirePinned(origin: string, pin: Hello, now: Hello): void {
  const changed = pinDifferences(pin, now);
  if (changed.length === 0) return;
  throw new Stop(
    "service-changed",
    `What answers at ${origin} is not the key service that this machine knows: ${changed.join(", ")} changed. Nothing was sent to it.`,
    "Ask a security admin. Only where you know that it was set up anew: secrets login --replace-pins",
  );
}

/** Four words for the pinned keys, to compare with what an administrator reads out. */
export function pinWords(pin: Hello): DigestWords {
  const { releaseKey, logKey, ledgerOrigin, witnesses, witnessQuorum } = pin;
  const pinned = { releaseKey, logKey, ledgerOrigin, witnesses, witnessQuorum };
  const hash = createHash("sha256").update("countersign/pinned-service/v2\n");
  return digestWords(asDigest(hash.update(canonicalise(pinned)).digest()));
}
