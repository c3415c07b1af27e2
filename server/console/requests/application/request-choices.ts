import { deviceId } from "@countersign/protocol/ids";
import { MAX_SECRETS_PER_REQUEST } from "@countersign/protocol/statement";
import { dateOf, instantOf } from "../../names/names.ts";
import { procedure } from "../../trpc/procedure.ts";
import { requestsContract } from "../contract.ts";

const MAX_DURATION_SECONDS = 86_400;
const MAX_USES = 100;

export const requestChoices = procedure("requests.choices", requestsContract.choices).query(
  async ({ ctx: { parts, caller } }) => {
    const now = dateOf(parts.now());
    const devices = await parts.database.withTenant(caller.tenant, (tx) =>
      tx.device.findMany({
        where: { person: caller.person, status: "active", expiresAt: { gt: now } },
        orderBy: { enrolledAt: "desc" },
      }),
    );
    return {
      devices: devices.map((it) => ({
        device: deviceId.parse(it.device),
        label: it.label ?? it.device,
        enrolledAt: instantOf(it.enrolledAt),
        expiresAt: instantOf(it.expiresAt),
      })),
      maxSecrets: MAX_SECRETS_PER_REQUEST,
      maxDurationSeconds: MAX_DURATION_SECONDS,
      maxUses: MAX_USES,
    };
  },
);
