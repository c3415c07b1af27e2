import { describe, expect, it } from "vitest";
import type { Clock } from "../../../kernel/clock.ts";
import { LedgerFault } from "../../ledger/domain/ledger.ts";
import { applyEntry, decodeEntry } from "../domain/entry.ts";
import { bindBody } from "../testing/act-bodies.ts";
import { asked, granted, POLICY, ready } from "../testing/asked.ts";
import { ACME, type DecisionWorld } from "../testing/decision-world.ts";
import { CommandPath } from "./command-path.ts";
import { RefusalBudget } from "./refusal-budget.ts";
import { type SweepParts, sweep } from "./sweep.ts";
import { TimeKeeper } from "./time-keeper.ts";

const DAY = 86_400;

/** Something of each kind that runs out by time: two proposals, a grant, two devices, a binding, an invitation. */
function worldThatRunsOut(): DecisionWorld {
  const it = granted({}, ready());
  const { world, cast } = it;
  const low = world.secret("payments/prod/postgres/low", POLICY.low);
  world.act("bind-workload", bindBody(world, low), cast.olivia, "service-owner");
  asked(undefined, {}, it);
  asked(undefined, {}, it);
  world.device(cast.eve);
  const { tenant, person } = cast.eve;
  const invitation = world.ids.digest();
  const open = { tenant, person, invitation, expiresAt: world.in(DAY), status: "open" } as const;
  world.state.invitations.set(invitation, open);
  return world;
}

type Fault = "none" | "lost" | "failed, but persisted";

/**
 * A service that starts so many days after the world, over a disk that is an array: what was written since.
 * A start, or a recovery, folds what is really there.
 */
function serviceOver(world: DecisionWorld, daysLater: number, disk: Uint8Array[] = []) {
  const before = disk.length;
  const fold = () => {
    const state = world.copyState();
    for (const bytes of disk) applyEntry(state, decodeEntry(bytes));
    return state;
  };
  const clock: Clock = { wall: () => world.wall + daysLater * DAY * 1000, monotonic: () => 0 };
  const at = { fault: "none" as Fault };
  let onRecovery = () => {};
  const path = new CommandPath(fold(), {
    ledger: {
      append: async (bytes) => {
        const fault = at.fault;
        if (fault !== "lost") disk.push(bytes);
        if (fault !== "none") throw new LedgerFault("write-outcome-unknown", "the disk is away");
        return { index: world.entries.length + disk.length - 1 };
      },
      showHead: () => {},
    },
    time: new TimeKeeper(clock, () => null),
    refusals: new RefusalBudget(clock),
    rebuild: async () => fold(),
    onRecovery: () => onRecovery(),
    onRecorded: () => {},
  });
  const parts: SweepParts = {
    path,
    refusals: new RefusalBudget(clock),
    drafts: { removeOlderThan: () => expect.fail("no drafts are swept here") },
    onFault: (error) => expect.fail(String(error)),
  };
  return {
    disk,
    sweep: () => sweep(parts, false),
    /** The next writes go wrong like this, until what is really on disk has been read again. */
    async sweepThrough(fault: Fault) {
      const recovered = new Promise<void>((resolve) => {
        onRecovery = resolve;
      });
      at.fault = fault;
      await sweep(parts, false);
      at.fault = "none";
      await recovered;
    },
    /** What each entry since holds. */
    since: () =>
      disk.slice(before).map((bytes) => decodeEntry(bytes).events.map((event) => event.type)),
  };
}

const ALL = [
  "ProposalExpired",
  "ProposalExpired",
  "GrantExpired",
  "DeviceExpired",
  "DeviceExpired",
  "BindingExpired",
  "InvitationExpired",
].map((type) => [type]);

describe("the sweep", () => {
  it("L31 L32 writes one entry for each thing that ran out, and each once", async () => {
    const service = serviceOver(worldThatRunsOut(), 31);
    await service.sweep();
    expect(service.since()).toEqual(ALL);
    await service.sweep();
    expect(service.since()).toEqual(ALL);
  });

  it("L32 says nothing of what was revoked before it could run out", async () => {
    const world = worldThatRunsOut();
    const room = world.state.tenants.get(ACME) ?? expect.fail();
    for (const device of room.devices.keys())
      world.given({ type: "DeviceRevoked", tenant: ACME, device });
    for (const binding of room.bindings.keys())
      world.given({ type: "BindingRevoked", tenant: ACME, binding });
    const service = serviceOver(world, 31);
    await service.sweep();
    expect(service.since().flat()).toEqual([
      "ProposalExpired",
      "ProposalExpired",
      "GrantExpired",
      "InvitationExpired",
    ]);
  });

  it("says nothing while there is time left", async () => {
    const service = serviceOver(worldThatRunsOut(), 0);
    await service.sweep();
    expect(service.since()).toEqual([]);
  });

  it("L32 writes a hundred entries at most at a time, and the rest the next time", async () => {
    const world = worldThatRunsOut();
    const eve = [...(world.state.tenants.get(ACME)?.people.values() ?? [])].at(-1);
    for (let count = 0; count < 200; count++) world.device(eve ?? expect.fail());
    const service = serviceOver(world, 31);
    const counts = [];
    for (let round = 0; round < 4; round++) {
      await service.sweep();
      counts.push(service.since().length);
    }
    expect(counts).toEqual([100, 200, 207, 207]);
  });

  it.each(["lost", "failed, but persisted"] as const)(
    "L32 AUD-2 writes each once though the writes were %s",
    async (fault) => {
      const service = serviceOver(worldThatRunsOut(), 31);
      await service.sweepThrough(fault);
      await service.sweep();
      expect(service.since()).toEqual(ALL);
    },
  );

  it("L32 writes each once though the service crashed between the writes", async () => {
    const whole = serviceOver(worldThatRunsOut(), 31);
    await whole.sweep();
    for (let written = 0; written <= ALL.length; written++) {
      const restarted = serviceOver(worldThatRunsOut(), 31, whole.disk.slice(0, written));
      await restarted.sweep();
      expect(restarted.since()).toEqual(ALL.slice(written));
    }
  });
});
