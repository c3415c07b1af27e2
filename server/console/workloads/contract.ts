import { bindingId, secretId } from "@countersign/protocol/ids";
import { instant } from "@countersign/protocol/instants";
import { environment, secretName, spiffeId } from "@countersign/protocol/names";
import * as z from "zod";
import { drafted, returnTo } from "../shapes/drafted.ts";
import { facet, pageInput, pageOf } from "../shapes/paging.ts";

/** `ending`: within 14 days. */
export const BINDING_STATES = ["active", "ending", "ended", "revoked"] as const;
export const PROOFS = ["end-to-end", "gateway-vouched"] as const;

export const bindingRow = z.strictObject({
  binding: bindingId,
  workload: z.string(),
  secret: secretId,
  name: z.string(),
  environment,
  service: z.string(),
  proof: z.enum(PROOFS),
  state: z.enum(BINDING_STATES),
  boundAt: instant,
  expiresAt: instant,
  entry: z.int(),
});
export type BindingRow = z.infer<typeof bindingRow>;

const filters = z.strictObject({
  /** Part of the workload's identity or of the secret's name. */
  q: z.string().max(256).optional(),
  state: z.array(z.enum(BINDING_STATES)).optional(),
  environment: z.array(environment).optional(),
  proof: z.array(z.enum(PROOFS)).optional(),
});

export const workloadsContract = {
  list: {
    input: z.strictObject({ ...filters.shape, ...pageInput }),
    output: pageOf(bindingRow),
  },
  facets: {
    input: filters,
    output: z.strictObject({ total: z.int(), state: facet, environment: facet, proof: facet }),
  },
  draftBind: {
    input: z.strictObject({
      name: secretName,
      workload: spiffeId,
      proof: z.enum(PROOFS),
      expiresAt: instant,
      returnTo,
    }),
    output: drafted,
  },
  draftRevoke: {
    input: z.strictObject({ binding: bindingId, reason: z.string().min(1).max(1000), returnTo }),
    output: drafted,
  },
} as const;
