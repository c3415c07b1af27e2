// Initialises a PKCS#11 token: label, security officer's PIN, user's PIN. A process of its own, since a
// PKCS#11 library is one per process and reads its settings once.
//
// Standard input: {module, label, pin, softHsmConf?, initParameters?, wipe?} as JSON (never on a command line).
import { Failure, messageOf } from "./failure.mjs";

/**
 * @typedef {{ module: string, label: string, pin: string, softHsmConf?: string, initParameters?: string }} TokenRequest
 */

let input = "";
for await (const chunk of process.stdin.setEncoding("utf8")) input += chunk;
/** @type {TokenRequest} */
const request = JSON.parse(input);
if (request.softHsmConf !== undefined) process.env.SOFTHSM2_CONF = request.softHsmConf;

const { default: pkcs11 } = await import("pkcs11js");
const library = new pkcs11.PKCS11();
try {
  library.load(request.module);
} catch (error) {
  throw new Failure(
    `The PKCS#11 library ${request.module} cannot be loaded: ${messageOf(error)}`,
    "Check the path, and that the library is built for this machine.",
  );
}
library.C_Initialize({
  flags: pkcs11.CKF_OS_LOCKING_OK,
  ...(request.initParameters === undefined ? {} : { libraryParameters: request.initParameters }),
});
if (request.initParameters === undefined) initialise();
else setFirstPin();
library.C_Finalize();

/** SoftHSM always offers one slot with an uninitialised token. */
function initialise() {
  const slots = library.C_GetSlotList(true);
  const infos = slots.map((slot) => ({ slot, info: library.C_GetTokenInfo(slot) }));
  const known = infos.find(({ info }) => labelOf(info) === request.label);
  if (known !== undefined) {
    process.stdout.write("already-there\n");
    return;
  }
  const free = infos.find(({ info }) => (info.flags & pkcs11.CKF_TOKEN_INITIALIZED) === 0);
  if (free === undefined) {
    throw new Failure(
      `${request.module} offers no token that is not initialised yet.`,
      "Initialise a token with the vendor's tool and name it in the configuration.",
    );
  }
  // PKCS#11 wants 32 bytes, padded with spaces; shorter labels would end in whatever memory holds.
  library.C_InitToken(free.slot, request.pin, request.label.padEnd(32));
  // The slot of a new token may get another number: find it by its label.
  const slot = library
    .C_GetSlotList(true)
    .find((candidate) => labelOf(library.C_GetTokenInfo(candidate)) === request.label);
  if (slot === undefined) throw new Error(`the token ${request.label} vanished while it was made`);
  setPin(slot, request.pin);
  process.stdout.write("made\n");
}

/** NSS makes its database by itself; its security officer's PIN is empty until a user's PIN is set. */
function setFirstPin() {
  const slot = library
    .C_GetSlotList(true)
    .find((candidate) => labelOf(library.C_GetTokenInfo(candidate)) === request.label);
  if (slot === undefined) {
    throw new Error(`the library offers no token with the label ${request.label}`);
  }
  setPin(slot, "");
  process.stdout.write("made\n");
}

/**
 * @param {Buffer} slot
 * @param {string} officerPin
 */
function setPin(slot, officerPin) {
  const session = library.C_OpenSession(slot, pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION);
  library.C_Login(session, pkcs11.CKU_SO, officerPin);
  library.C_InitPIN(session, request.pin);
  library.C_Logout(session);
  library.C_CloseSession(session);
}

/** @param {{ label: string }} info */
function labelOf(info) {
  return info.label.replaceAll("\0", "").trim();
}
