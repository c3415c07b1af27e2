import pkcs11 from "pkcs11js";
import { describe, expect, it } from "vitest";
import { createNssToken, createSoftHsmToken, type TestToken } from "./tokens.ts";

function open(token: TestToken, pin = token.pin) {
  const library = new pkcs11.PKCS11();
  library.load(token.module);
  const { initParameters } = token;
  library.C_Initialize({
    flags: pkcs11.CKF_OS_LOCKING_OK,
    ...(initParameters === undefined ? {} : { libraryParameters: initParameters }),
  });
  try {
    const slot = library
      .C_GetSlotList(true)
      .find((candidate) => library.C_GetTokenInfo(candidate).label.trim() === token.label);
    if (slot === undefined) throw new Error("no such token");
    const flags = pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION;
    const session = library.C_OpenSession(slot, flags);
    library.C_Login(session, pkcs11.CKU_USER, pin);
    return library.C_GenerateRandom(session, Buffer.alloc(16));
  } finally {
    library.C_Finalize();
  }
}

describe.each([
  ["SoftHSM", createSoftHsmToken],
  ["NSS", createNssToken],
] as const)("KEY-1 a %s test token", (_name, create) => {
  it("opens with its label and PIN, and with no other PIN", async () => {
    const token = await create();
    expect(open(token)).toHaveLength(16);
    expect(() => open(token, "another-pin")).toThrow(/CKR_PIN_INCORRECT/);
  });

  it("stands beside a second one that was made later", async () => {
    const first = await create();
    const second = await create();
    expect(open(first)).toHaveLength(16);
    expect(open(second)).toHaveLength(16);
  });
});
