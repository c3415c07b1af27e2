import { expect, it } from "vitest";
import { encodeEntry } from "../domain/entry.ts";
import type { DomainEvent } from "../domain/event.ts";
import { buildHistory } from "./history.ts";

// A kind of event that is new fails to compile here, and then fails until a history has it.
const EVERY_EVENT: Readonly<Record<DomainEvent["type"], true>> = {
  BindingExpired: true,
  BindingRevoked: true,
  DeviceEnrolled: true,
  DeviceExpired: true,
  DeviceRevoked: true,
  FetchIntended: true,
  FetchesDone: true,
  GenesisDeclared: true,
  GrantExpired: true,
  GrantIssued: true,
  GrantRevoked: true,
  InvitationExpired: true,
  IdentityLinked: true,
  IdentityProven: true,
  IdentityUnlinked: true,
  KeyCounted: true,
  KeyEnrolled: true,
  KeyLocked: true,
  KeyRevoked: true,
  NonceConsumed: true,
  PersonRevoked: true,
  PolicyChanged: true,
  ProposalAccepted: true,
  ProposalApproved: true,
  ProposalDenied: true,
  ProposalExpired: true,
  ProposalMade: true,
  ProposalWithdrawn: true,
  Refused: true,
  ReleaseDone: true,
  ReleaseIntended: true,
  RolesChanged: true,
  SecretRegistered: true,
  SecretRevoked: true,
  ServiceStarted: true,
  SessionEnded: true,
  SessionOpened: true,
  TamperingFound: true,
  ValueChecked: true,
  VersionAdded: true,
  WorkloadBound: true,
};

it("a made-up history is the same for the same seed, fits its entries, and has every kind of event", () => {
  const history = buildHistory(7, 3_000);
  const { entries } = history;
  expect(buildHistory(7, 3_000)).toEqual(history);
  for (const entry of entries) encodeEntry(entry);
  const types = new Set(entries.flatMap((entry) => entry.events.map((event) => event.type)));
  expect([...types].sort()).toEqual(Object.keys(EVERY_EVENT).sort());
});
