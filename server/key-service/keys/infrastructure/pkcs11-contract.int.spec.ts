import { createNssToken, createSoftHsmToken } from "../../../../tests/support/tokens.ts";
import { keyProviderContract } from "../key-provider.contract.ts";
import { openPkcs11KeyProvider } from "./pkcs11-key-provider.ts";
import { optionsOf } from "./test-tokens.ts";

const tokens = { SoftHSM: await createSoftHsmToken(), "NSS softokn": await createNssToken() };

for (const [name, token] of Object.entries(tokens)) {
  keyProviderContract(name, async () => await openPkcs11KeyProvider(optionsOf(token)));
}
