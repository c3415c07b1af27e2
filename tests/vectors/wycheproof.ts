import { readFileSync } from "node:fs";
import { z } from "zod";

const hex = z
  .string()
  .regex(/^(?:[0-9a-f]{2})*$/)
  .transform((text) => Buffer.from(text, "hex"));
const test = { tcId: z.number(), comment: z.string(), result: z.enum(["valid", "invalid"]) };

const FILES = {
  aes_gcm_test: z.object({
    ivSize: z.number(),
    keySize: z.number(),
    tagSize: z.number(),
    tests: z.array(z.object({ ...test, key: hex, iv: hex, aad: hex, msg: hex, ct: hex, tag: hex })),
  }),
  hkdf_sha256_test: z.object({
    tests: z.array(
      z.object({ ...test, ikm: hex, salt: hex, info: hex, size: z.number(), okm: hex }),
    ),
  }),
  hmac_sha256_test: z.object({
    tagSize: z.number(),
    tests: z.array(z.object({ ...test, key: hex, msg: hex, tag: hex })),
  }),
  ecdsa_secp256r1_sha256_test: z.object({
    publicKeyDer: hex,
    tests: z.array(z.object({ ...test, msg: hex, sig: hex })),
  }),
  ed25519_test: z.object({
    publicKeyDer: hex,
    tests: z.array(z.object({ ...test, msg: hex, sig: hex })),
  }),
} as const;

/** The groups of a Wycheproof file, bytes decoded. @throws where the file has another form. */
export function wycheproof<Name extends keyof typeof FILES>(
  name: Name,
): z.infer<(typeof FILES)[Name]>[] {
  const text = readFileSync(new URL(`./${name}.json`, import.meta.url), "utf8");
  const file = z
    .object({ numberOfTests: z.number(), testGroups: z.array(FILES[name]) })
    .parse(JSON.parse(text));
  const groups = file.testGroups as z.infer<(typeof FILES)[Name]>[]; // parsed by that very schema
  const count = groups.reduce((sum, group) => sum + group.tests.length, 0);
  if (count !== file.numberOfTests) throw new Error(`${name} holds ${count} of its vectors`);
  return groups;
}
