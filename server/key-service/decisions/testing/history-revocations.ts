import type { TenantId } from "@countersign/protocol/names";
import type { StatementOf } from "@countersign/protocol/statement";
import type { Key } from "../../roster/domain/roster.ts";
import type { DomainEvent } from "../domain/event.ts";
import { keysOf } from "../domain/state.ts";
import {
  isActive,
  peopleOf,
  RECENT,
  refOf,
  roomOf,
  runningOf,
  secretsOf,
  signerOf,
} from "./history-picks.ts";
import type { HistoryWorld } from "./history-world.ts";

/** Somebody revokes something, of any kind that there is. */
export function revoke(world: HistoryWorld, tenant: TenantId): void {
  const signer = signerOf(world, tenant, "security-admin");
  const revocation = signer && someRevocation(world, tenant, signer.key);
  if (signer === undefined || revocation === undefined) return;
  const [subject, event] = revocation;
  const reason = world.commit(tenant, "reason", `Lost ${world.entries.length}`);
  const of = world.draft("revoke", { subject, reason }, signer.person, "security-admin");
  world.sign(of, signer.key, () => [event]);
}

type Revocation = readonly [StatementOf<"revoke">["body"]["subject"], DomainEvent];

function someRevocation(
  world: HistoryWorld,
  tenant: TenantId,
  signing: Key,
): Revocation | undefined {
  const room = roomOf(world, tenant);
  switch (Math.floor(world.random() * 8)) {
    case 0:
    case 1: {
      const request = world.pick(runningOf(world, tenant));
      const proposal = request === undefined ? undefined : room.grants.get(request)?.proposal;
      if (request === undefined || proposal === undefined) return;
      return [
        { type: "grant", request, proposal },
        { type: "GrantRevoked", tenant, request },
      ];
    }
    case 2: {
      const it = world.pick([...room.devices.values()].slice(-RECENT).filter(isActive));
      if (it === undefined) return;
      const { device, label } = it;
      return [
        { type: "device", device, label },
        { type: "DeviceRevoked", tenant, device },
      ];
    }
    case 3: {
      const secret = world.pick(secretsOf(world, tenant));
      if (secret === undefined) return;
      return [
        { type: "secret", secret: refOf(secret) },
        { type: "SecretRevoked", tenant, secret: secret.secret },
      ];
    }
    case 4: {
      const it = world.pick([...room.bindings.values()].slice(-RECENT).filter(isActive));
      const secret = it && room.secrets.get(it.secret);
      if (it === undefined || secret === undefined) return;
      const { binding } = it;
      return [
        { type: "binding", binding, secret: refOf(secret) },
        { type: "BindingRevoked", tenant, binding },
      ];
    }
    case 5:
    case 6: {
      const person = world.pick(peopleOf(world, tenant));
      const spare = person && keysOf(world.state, person).filter(isActive)[1];
      if (person === undefined || spare === undefined || spare === signing) return;
      const { credential } = spare;
      const type = world.chance(0.5) ? "KeyLocked" : "KeyRevoked";
      return [
        { type: "key", person: { person: person.person, name: person.name }, credential },
        { type, tenant, credential },
      ];
    }
    default: {
      const eve = peopleOf(world, tenant).find((it) => it.roles.length === 0);
      if (eve === undefined) return;
      const { person, name } = eve;
      return [
        { type: "person", person: { person, name } },
        { type: "PersonRevoked", tenant, person },
      ];
    }
  }
}
