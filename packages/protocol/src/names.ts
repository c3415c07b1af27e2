import * as z from "zod";
import { ENVIRONMENTS, type Environment } from "./taxonomy.ts";

/** Lower-case ASCII only, so that no look-alike and no second spelling survives (lessons L2, L3, L6). */
const SEGMENT = "[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?";
const segment = new RegExp(`^${SEGMENT}$`);

const oneName = (what: string) =>
  z
    .string()
    .max(64)
    .regex(
      segment,
      `${what}: a to z, 0 to 9, dot and hyphen, 64 at most, letters or digits at both ends`,
    )
    .refine((text) => !text.includes(".."), `${what}: no two dots in a row`);

export const tenantId = oneName("tenant").brand<"TenantId">();
export const serviceName = oneName("service").brand<"ServiceName">();
export const ownerName = oneName("owner").brand<"OwnerName">();
export type TenantId = z.infer<typeof tenantId>;
export type ServiceName = z.infer<typeof serviceName>;
export type OwnerName = z.infer<typeof ownerName>;

export const environment = z.enum(ENVIRONMENTS);

/** `service/environment/path/name`, e.g. `payments/prod/postgres/app-password`; what follows `secret://` [NAME-1]. */
export const secretName = z
  .string()
  .max(256, { abort: true, error: "secret name: 256 characters at most" })
  .regex(
    new RegExp(`^${SEGMENT}/(?:${ENVIRONMENTS.join("|")})(?:/${SEGMENT}){1,6}$`),
    "secret name: service/environment/path/name, of a to z, 0 to 9, dot and hyphen",
  )
  .refine((text) => !text.includes(".."), "secret name: no two dots in a row")
  .brand<"SecretName">();
export type SecretName = z.infer<typeof secretName>;

const SCHEME = "secret://";

/** Reads `secret://payments/prod/postgres/app-password`, or the same without the scheme. Null when malformed. */
export function parseSecretReference(text: string): SecretName | null {
  const parsed = secretName.safeParse(text.startsWith(SCHEME) ? text.slice(SCHEME.length) : text);
  return parsed.success ? parsed.data : null;
}

export function secretReference(name: SecretName): string {
  return SCHEME + name;
}

export function serviceOf(name: SecretName): ServiceName {
  return serviceName.parse(name.split("/")[0]);
}

export function environmentOf(name: SecretName): Environment {
  return environment.parse(name.split("/")[1]);
}

/**
 * SPIFFE ID of a workload (SPIFFE-ID section 2): lower-case trust domain of 255 at most, a path without
 * empty or dot segments, no query, no fragment. Paths are case-sensitive there, so `/App` and `/app` are
 * two workloads; both are shown in the mono face. 512 at most here, so that 20 bindings fit a statement.
 */
export const spiffeId = z
  .string()
  .max(512, { abort: true, error: "a SPIFFE ID of 512 characters at most" })
  .regex(/^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/[a-zA-Z0-9._-]+)+$/, "not a SPIFFE ID")
  .refine((text) => !/\/\.\.?(\/|$)/.test(text), "a SPIFFE ID has no dot segments")
  .brand<"SpiffeId">();
export type SpiffeId = z.infer<typeof spiffeId>;
