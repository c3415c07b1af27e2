import pkcs11 from "pkcs11js";
import { KeyProviderFault } from "../domain/key-provider.ts";
import { type Cryptoki, type Handle, tokenAnswer } from "./cryptoki.ts";
import { tolerate } from "./cryptoki-module.ts";

/** PKCS#11 v2.40 section 4.5: the states in which a user (not the security officer) is logged in. */
const USER_STATES: readonly number[] = [1, 3];

export function isUserSession(api: Cryptoki, session: Handle): boolean {
  let state = -1;
  tolerate(() => {
    state = api.C_GetSessionInfo(session).state;
  });
  return USER_STATES.includes(state);
}

/** Labels are blank-padded (section 3.2); some modules pad with NUL. */
export function tokenLabelOf(api: Cryptoki, slot: Handle): string | null {
  let label: string | null = null;
  tolerate(() => {
    label = api.C_GetTokenInfo(slot).label.replaceAll("\0", "").trim();
  });
  return label;
}

/** The slot of the one token with this label, or null. @throws KeyProviderFault `refused` on two. */
export function findSlot(api: Cryptoki, tokenLabel: string): Handle | null {
  let slots: Handle[] = [];
  tolerate(() => {
    slots = api.C_GetSlotList(true);
  });
  const [first, second] = slots.filter((slot) => tokenLabelOf(api, slot) === tokenLabel);
  if (second !== undefined) {
    throw new KeyProviderFault(
      "refused",
      `two tokens are labelled "${tokenLabel}": rename or remove one, since keys could be written to either`,
    );
  }
  return first ?? null;
}

/** All labels that the module shows, for the message that says which token is missing. */
export function presentTokenLabels(api: Cryptoki): string[] {
  let slots: Handle[] = [];
  tolerate(() => {
    slots = api.C_GetSlotList(true);
  });
  return slots
    .map((slot) => tokenLabelOf(api, slot))
    .filter((label): label is string => label !== null && label !== "");
}

/**
 * Logs the user in. The login belongs to the process, not the session: where it already holds, the
 * PIN is not asked for again.
 *
 * Why a login failed is told from the token's own flags, not from its error code. The PIN stands in
 * no message.
 * @throws KeyProviderFault `wrong-pin`, `pin-locked`, `no-such-token` (never initialised), `unavailable`
 */
export function loginUser(api: Cryptoki, slot: Handle, session: Handle, pin: string): void {
  if (isUserSession(api, session)) return;
  try {
    api.C_Login(session, pkcs11.CKU_USER, pin);
    return;
  } catch (cause) {
    if (isUserSession(api, session)) return;
    throw explainRefusedLogin(api, slot, cause);
  }
}

function explainRefusedLogin(api: Cryptoki, slot: Handle, cause: unknown): KeyProviderFault {
  const answer = tokenAnswer(cause);
  let flags: number | null = null;
  tolerate(() => {
    flags = api.C_GetTokenInfo(slot).flags;
  });
  if (flags === null) {
    return new KeyProviderFault(
      "unavailable",
      `the token went away during login (it answered ${answer}); it is tried again at the next use`,
      { cause },
    );
  }
  if ((flags & pkcs11.CKF_USER_PIN_LOCKED) !== 0) {
    return new KeyProviderFault(
      "pin-locked",
      "the token's user PIN is locked after too many wrong tries: its security officer must reset it " +
        "with the SO PIN and the vendor's tool (C_InitPIN); the keys stay. Then put the new PIN into the " +
        "file that COUNTERSIGN_PKCS11_PIN_FILE names, and restart",
      { cause },
    );
  }
  if ((flags & pkcs11.CKF_USER_PIN_INITIALIZED) === 0) {
    return new KeyProviderFault(
      "no-such-token",
      "the token has no user PIN yet: its security officer must set one with the SO PIN and the vendor's " +
        "tool (C_InitPIN); put the same into the file that COUNTERSIGN_PKCS11_PIN_FILE names",
      { cause },
    );
  }
  const last =
    (flags & pkcs11.CKF_USER_PIN_FINAL_TRY) !== 0 ? " ONE try is left before it locks." : "";
  return new KeyProviderFault(
    "wrong-pin",
    `the token refused the PIN (it answered ${answer}).${last} Put this token's user PIN into the file that ` +
      "COUNTERSIGN_PKCS11_PIN_FILE names, and restart; no further try is made by itself, so that the token " +
      "does not lock. If the PIN is right, COUNTERSIGN_PKCS11_TOKEN names another token",
    { cause },
  );
}
