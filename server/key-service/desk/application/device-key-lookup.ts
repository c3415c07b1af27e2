import { fromBase64url } from "@countersign/protocol/bytes";
import type { DeviceId } from "@countersign/protocol/ids";
import type { CommandPath } from "../../decisions/application/command-path.ts";
import { isDeviceActive } from "../../roster/domain/roster.ts";

/**
 * The key of a device that may call now: enrolled, not ended, not revoked, of an active person. While nobody
 * knows the time it is judged at the last entry's: the device's own signature is believed then, and whatever
 * it asks for is refused for the clock, not with the advice to log in again.
 */
export function deviceKeyLookup(path: Pick<CommandPath, "state" | "now">) {
  return async (id: DeviceId): Promise<Uint8Array | null> => {
    const { state } = path;
    const tenantId = state.deviceTenants.get(id);
    const tenant = tenantId === undefined ? undefined : state.tenants.get(tenantId);
    const device = tenant?.devices.get(id);
    const person = device === undefined ? undefined : tenant?.people.get(device.person);
    const now = path.now();
    const at = now.ok ? now.value : state.lastAt;
    const active =
      device !== undefined &&
      person?.status === "active" &&
      at !== null &&
      isDeviceActive(device, at);
    return active ? fromBase64url(device.publicKey) : null;
  };
}
