import type { KeyServiceConfig } from "../../../config/key-service-config.ts";
import type { GenesisDeclared } from "../../decisions/domain/event.ts";
import type { KeyProviderCapabilities } from "../../keys/domain/key-provider.ts";

type Mode = GenesisDeclared["mode"];
type Judged = Pick<KeyServiceConfig, "desk" | "witnesses" | "witnessQuorum" | "attestation">;

const LOOPBACK = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1|localhost)$/;
/** One witness alone could be stopped, or bought. */
const PRODUCTION_QUORUM = 2;

/**
 * What production demands of what it runs on, at genesis and at every start: whether an installation is
 * production, its genesis entry says and nothing else. Development takes whatever there is.
 * @throws Error with everything that is missing, and what to do
 */
export function refuseUnfitInstallation(
  mode: Mode,
  config: Judged,
  token: Pick<KeyProviderCapabilities, "keepsKeysInside">,
): void {
  if (mode === "development") return;
  const { desk, witnessQuorum, attestation } = config;
  const reasons: string[] = [];
  if (!token.keepsKeysInside) {
    reasons.push(
      "The token hands out keys that must stay inside: use another (docs/decisions/0006-pkcs11.md).",
    );
  }
  if (!desk.origin.startsWith("https:")) {
    reasons.push(
      `COUNTERSIGN_DESK_ORIGIN is ${desk.origin}: browsers sign with hardware keys over https only.`,
    );
  }
  if (desk.tls === null && !LOOPBACK.test(desk.host)) {
    reasons.push(
      `The desk would listen in clear on ${desk.host}: give COUNTERSIGN_DESK_TLS_CERT and COUNTERSIGN_DESK_TLS_KEY, or listen on 127.0.0.1 behind a terminator on this machine.`,
    );
  }
  if (witnessQuorum < PRODUCTION_QUORUM) {
    reasons.push(
      `COUNTERSIGN_WITNESS_QUORUM is ${witnessQuorum}: at least ${PRODUCTION_QUORUM} witnesses, in different hands, must have cosigned.`,
    );
  }
  if (attestation === null) {
    reasons.push(
      "Nobody could enrol a hardware key: give COUNTERSIGN_ATTESTATION_ROOTS_DIR and COUNTERSIGN_ATTESTATION_AAGUIDS_FILE.",
    );
  }
  if (reasons.length > 0)
    throw new Error(
      `Production does not run like this. ${reasons.join(" ")} docs/real-parts.md shows how.`,
    );
}

/**
 * Refuses a configuration that speaks of another installation than the ledger does.
 * @throws Error with everything that differs
 */
export function refuseOtherInstallation(
  genesis: GenesisDeclared,
  config: Judged & Pick<KeyServiceConfig, "genesis">,
): void {
  const reasons: string[] = [];
  const asked = config.genesis?.mode ?? genesis.mode;
  if (asked !== genesis.mode) {
    reasons.push(
      `COUNTERSIGN_GENESIS is ${asked}, and this ledger was begun as ${genesis.mode}: that never changes. Use an empty database, an empty state folder and a fresh token for another installation, or leave the variable out.`,
    );
  }
  const rpId = new URL(genesis.deskOrigin).hostname;
  if (config.desk.rpId !== rpId) {
    reasons.push(
      `COUNTERSIGN_DESK_ORIGIN is at ${config.desk.rpId}, and the hardware keys of this installation were made for ${rpId}: they sign nowhere else.`,
    );
  }
  if (genesis.witnessQuorum !== undefined && config.witnessQuorum < genesis.witnessQuorum) {
    reasons.push(
      `COUNTERSIGN_WITNESS_QUORUM is ${config.witnessQuorum}, and genesis says that ${genesis.witnessQuorum} witnesses must have cosigned.`,
    );
  }
  if (reasons.length > 0)
    throw new Error(`The configuration is not that of this installation. ${reasons.join(" ")}`);
}
