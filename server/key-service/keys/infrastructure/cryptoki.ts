import pkcs11 from "pkcs11js";

/** The part of PKCS#11 that this product uses. `pkcs11js` is the one implementation at run time. */
export type Cryptoki = Pick<
  pkcs11.PKCS11,
  | "C_Initialize"
  | "C_Finalize"
  | "C_GetSlotList"
  | "C_GetTokenInfo"
  | "C_OpenSession"
  | "C_CloseSession"
  | "C_GetSessionInfo"
  | "C_Login"
  | "C_GenerateRandom"
  | "C_GenerateKeyAsync"
  | "C_GenerateKeyPairAsync"
  | "C_FindObjectsInit"
  | "C_FindObjects"
  | "C_FindObjectsFinal"
  | "C_GetAttributeValue"
  | "C_DestroyObject"
  | "C_EncryptInit"
  | "C_EncryptAsync"
  | "C_DecryptInit"
  | "C_DecryptAsync"
  | "C_SignInit"
  | "C_SignAsync"
  | "C_WrapKey"
>;

export type Handle = Buffer;

/** Opens the shared library. @throws Error of the dynamic linker. */
export function loadCryptoki(modulePath: string): Cryptoki {
  const api = new pkcs11.PKCS11();
  api.load(modulePath);
  return api;
}

/** The name that a token gave its error: for people to read, never for the program to depend upon. */
export function tokenAnswer(cause: unknown): string {
  return cause instanceof Error ? cause.message.slice(0, 120) : "no reason given";
}
