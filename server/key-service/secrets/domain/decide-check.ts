import type { DeviceId, SecretId } from "@countersign/protocol/ids";
import { serviceOf, type TenantId } from "@countersign/protocol/names";
import { refuse } from "@countersign/protocol/refusals";
import { type Decision, decided, refused } from "../../decisions/domain/decision.ts";
import type { State } from "../../decisions/domain/state.ts";
import { holds } from "../../roster/domain/roster.ts";

/** The answer to *is this candidate the stored value?*, recorded before it is given. */
export function decideCheck(
  state: State,
  command: {
    readonly tenant: TenantId;
    readonly device: DeviceId;
    readonly secret: SecretId;
    readonly version: number;
    readonly equal: boolean;
  },
): Decision {
  const tenant = state.tenants.get(command.tenant);
  const device = tenant?.devices.get(command.device);
  const person = device === undefined ? undefined : tenant?.people.get(device.person);
  const secret = tenant?.secrets.get(command.secret);
  const service = secret === undefined ? null : serviceOf(secret.name);
  const mayAsk =
    person !== undefined &&
    device?.status === "active" &&
    service !== null &&
    (holds(person, "service-owner", service) || holds(person, "service-admin", service));
  if (!mayAsk)
    return refused(refuse("not-found", "There is no such secret of a service of yours."));
  return decided({ type: "ValueChecked", person: person.person, ...command });
}
