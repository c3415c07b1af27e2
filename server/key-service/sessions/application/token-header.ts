import { z } from "zod";
import { TOKEN_ALGORITHMS } from "../infrastructure/key-set.ts";

/**
 * The header of an ID token. Other members are not read, least of all those that bring or name a key
 * (`jwk`, `jku`, `x5c`, `x5u`). A token of another type (an access or a logout token, RFC 9068, RFC 8725
 * section 3.11) is none, nor is one that is compressed, encrypted, nested or has critical extensions.
 */
export const headerSchema = z.object({
  alg: z.enum(TOKEN_ALGORITHMS),
  kid: z.string().min(1).max(256).optional(),
  typ: z.string().regex(/^jwt$/i).optional(),
  crit: z.undefined().optional(),
  b64: z.undefined().optional(),
  zip: z.undefined().optional(),
  enc: z.undefined().optional(),
  cty: z.undefined().optional(),
});
