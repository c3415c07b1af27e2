import type { PeopleApiOutput } from "@countersign/protocol/people-api";
import type { Device } from "../../roster/domain/roster.ts";
import type { DeskParts } from "./desk-parts.ts";

export async function viewDevice(
  { openings }: Pick<DeskParts, "openings">,
  device: Device,
): Promise<PeopleApiOutput<"/people/v1/whoami">["device"]> {
  const opened = await openings.load(device.tenant, [device.label]);
  const { enrolledAt, expiresAt } = device;
  return {
    device: device.device,
    label: opened.get(device.label)?.value ?? device.device,
    enrolledAt,
    expiresAt,
  };
}
