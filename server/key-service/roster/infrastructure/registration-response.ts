import { credentialId } from "@countersign/protocol/ids";
import { z } from "zod";
import { clientDataText } from "../../statements/domain/client-data.ts";
import { attestationObjectText } from "./attestation.ts";

/**
 * `RegistrationResponseJSON` (WebAuthn Level 3, section 5.1.8). What browsers add, and what repeats the
 * attestation object, is allowed by name and never read: none of it is signed. Any other member is refused.
 */
export const registrationResponse = z.strictObject({
  id: z.string(),
  rawId: credentialId,
  type: z.literal("public-key"),
  response: z.strictObject({
    clientDataJSON: clientDataText,
    attestationObject: attestationObjectText,
    authenticatorData: z.unknown().optional(),
    publicKey: z.unknown().optional(),
    publicKeyAlgorithm: z.unknown().optional(),
    transports: z.unknown().optional(),
  }),
  authenticatorAttachment: z.unknown().optional(),
  clientExtensionResults: z.unknown().optional(),
});
export type RegistrationResponse = z.infer<typeof registrationResponse>;
