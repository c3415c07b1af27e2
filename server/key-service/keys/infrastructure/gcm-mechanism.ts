import pkcs11 from "pkcs11js";

export const IV_SIZE_BYTES = 12;
export const TAG_SIZE_BYTES = 16;

/**
 * `CKM_AES_GCM` with the parameter structure of PKCS#11 v2.40: the only one that both SoftHSM and NSS
 * softokn take.
 *
 * The token reads `iv` and `aad` where they lie, and some tokens write the IV they chose into `iv`
 * while they encrypt: the caller keeps both alive until the operation ends and reads `iv` after it.
 */
export function gcmMechanism(iv: Buffer, aad: Buffer) {
  return {
    mechanism: pkcs11.CKM_AES_GCM,
    parameter: {
      type: pkcs11.CK_PARAMS_AES_GCM_v240,
      iv,
      ivBits: IV_SIZE_BYTES * 8,
      aad,
      tagBits: TAG_SIZE_BYTES * 8,
    },
  };
}
