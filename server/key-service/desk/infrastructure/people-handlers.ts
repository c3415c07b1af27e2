import type { DeviceId, PersonId } from "@countersign/protocol/ids";
import type { TenantId } from "@countersign/protocol/names";
import type {
  PEOPLE_API,
  PeopleApiInput,
  PeopleApiOutput,
  PeopleApiPath,
} from "@countersign/protocol/people-api";
import type { Refusal } from "@countersign/protocol/refusals";
import type { Result } from "../../../kernel/result.ts";

/**
 * Who calls, as the listener proved it. `correlation` stands in the answer, in the log and, where the
 * handler writes one, in the ledger entry.
 */
export type NoCaller = { readonly kind: "none"; readonly correlation: string };
/** A person who touched an enrolled key less than 30 minutes ago. Draws up and shows; opens nothing. */
export type SessionCaller = {
  readonly kind: "session";
  readonly person: PersonId;
  readonly tenant: TenantId;
  readonly correlation: string;
};
/** The enrolled device whose key signed this very call. */
export type DeviceCaller = {
  readonly kind: "device";
  readonly device: DeviceId;
  readonly correlation: string;
};

type Callers = { none: NoCaller; session: SessionCaller; device: DeviceCaller };
export type CallerOf<P extends PeopleApiPath> = Callers[(typeof PEOPLE_API)[P]["caller"]];

/**
 * One function per path of the people-API. The listener guarantees: the input fits its schema, the
 * caller is proven, the origin is right. A handler refuses by value; what it throws is a fault, of
 * which the caller learns nothing but the correlation id. An output that does not fit its schema is a
 * fault as well: nothing leaves that the contract does not name.
 *
 * The listener itself opens a session after `/desk/v1/identify/finish` succeeded, for the person in
 * its output, and ends it at `/desk/v1/session/end`.
 */
export type PeopleHandler<P extends PeopleApiPath> = (
  input: PeopleApiInput<P>,
  caller: CallerOf<P>,
) => Promise<Result<PeopleApiOutput<P>, Refusal>>;

export type PeopleHandlers = { readonly [P in PeopleApiPath]: PeopleHandler<P> };
