import type { IntakeKeys } from "../../delivery/infrastructure/intake-keys.ts";
import type { RegistrationPolicy } from "../../roster/infrastructure/attestation.ts";
import type { ReadCurrentValue } from "../../secrets/application/read-current-value.ts";
import type { PeopleHandlers } from "../infrastructure/people-handlers.ts";
import { DeviceLogins, deviceLoginHandlers } from "./device-login-handlers.ts";
import { draftHandlers } from "./draft-handlers.ts";
import { enrolmentHandlers } from "./enrolment-handlers.ts";
import { identifyHandlers } from "./identify-handlers.ts";
import { type LogParts, logHandlers } from "./log-handlers.ts";
import { type CommandLineParts, commandLineHandlers } from "./people-handlers.ts";
import { proposalHandlers } from "./proposal-handlers.ts";
import { type ReturnParts, returnHandlers } from "./return-handlers.ts";
import { rosterHandlers } from "./roster-handlers.ts";
import { secretHandlers } from "./secret-handlers.ts";

/** Every handler of the people-API. A path without one does not compile. */
export function allHandlers(
  parts: CommandLineParts &
    LogParts &
    ReturnParts & {
      readonly intake: IntakeKeys;
      readonly readCurrentValue: ReadCurrentValue;
      readonly registration: RegistrationPolicy;
    },
): PeopleHandlers {
  const logins = new DeviceLogins(parts);
  const { path, intake, readCurrentValue, clock } = parts;
  const { ledger, witnessDeadlineMs } = parts.open;
  const recent = new Map<string, number[]>();
  const check = { path, intake, readCurrentValue, clock, ledger, witnessDeadlineMs, recent };
  return {
    ...enrolmentHandlers(parts, parts.registration),
    ...identifyHandlers(parts),
    ...proposalHandlers(parts),
    ...draftHandlers(parts, logins),
    ...deviceLoginHandlers(parts, logins),
    ...returnHandlers(parts),
    ...secretHandlers(parts, { intake, check }),
    ...commandLineHandlers(parts),
    ...rosterHandlers(parts),
    ...logHandlers(parts),
  };
}
