import { describe, expect, it } from "vitest";
import {
  bindBody,
  bindingSubject,
  policyBody,
  putBody,
  registerBody,
  revokeBody,
} from "../../decisions/testing/act-bodies.ts";
import { POLICY, ready } from "../../decisions/testing/asked.ts";
import { outcomeOf } from "../../decisions/testing/decision-cast.ts";
import { ACME, PII_POLICY } from "../../decisions/testing/decision-world.ts";
import { cellsOf } from "../../decisions/testing/state-table.ts";
import { decideCheck } from "./decide-check.ts";
import type { Binding, Secret } from "./secret.ts";

type Ready = ReturnType<typeof ready>;
const tenant = ACME;

describe("a secret", () => {
  /** `empty` is active without a value yet; `ended` is active with a value that is too old. */
  type State = Secret["status"] | "empty" | "ended";

  function into(state: State): Ready {
    const it = ready(PII_POLICY);
    if (state === "revoked") it.world.given({ type: "SecretRevoked", tenant, secret: it.secret });
    if (state === "ended") {
      it.world.pass(30 * 86_400);
      return { ...it, laptop: it.world.device(it.cast.olivia) };
    }
    if (state !== "empty") return it;
    const name = "payments/prod/postgres/empty";
    return { ...it, secret: it.world.secret(name, PII_POLICY, { withValue: false }) };
  }

  const owner = "service-owner";
  const COMMANDS = {
    request: ({ world, cast, secret, laptop }: Ready) =>
      outcomeOf(
        world.act("request", world.requestBody(cast.olivia, laptop, [secret]), cast.olivia, owner),
      ),
    "put a value": ({ world, cast, secret }: Ready) =>
      outcomeOf(world.act("put-value", putBody(world, secret), cast.olivia, owner)),
    edit: ({ world, cast, secret }: Ready) => {
      const body = policyBody(world, secret, { rotationPeriodDays: 10 });
      return outcomeOf(world.act("edit-secret", body, cast.olivia, owner));
    },
    "re-classify": ({ world, cast, secret }: Ready) => {
      const body = policyBody(world, secret, { tier: "critical" });
      return outcomeOf(world.act("reclassify-secret", body, cast.olivia, owner));
    },
    bind: ({ world, cast, secret }: Ready) =>
      outcomeOf(world.act("bind-workload", bindBody(world, secret), cast.olivia, owner)),
    "register the name again": ({ world, cast, secret }: Ready) => {
      const { name } = world.ref(secret);
      return outcomeOf(world.act("register-secret", registerBody(world, name), cast.olivia, owner));
    },
    "register the id again": ({ world, cast, secret }: Ready) => {
      const body = { ...registerBody(world, "payments/dev/api/new"), secret };
      return outcomeOf(world.act("register-secret", body, cast.olivia, owner));
    },
    revoke: ({ world, cast, secret }: Ready) => {
      const subject = { type: "secret", secret: world.ref(secret) } as const;
      return outcomeOf(
        world.act("revoke", revokeBody(world, cast.olivia, subject), cast.olivia, owner),
      );
    },
    "ask of another service": ({ world, cast, secret }: Ready) =>
      outcomeOf(world.act("put-value", putBody(world, secret), cast.boris, owner)),
    "revoke from another service": ({ world, cast, secret }: Ready) => {
      const subject = { type: "secret", secret: world.ref(secret) } as const;
      return outcomeOf(
        world.act("revoke", revokeBody(world, cast.boris, subject), cast.boris, owner),
      );
    },
  };

  const TAKEN = {
    "register the name again": "already-exists",
    "register the id again": "already-exists",
  } as const;
  const OTHERS = {
    "ask of another service": "not-found",
    "revoke from another service": "not-found",
  } as const;
  const WRITING = {
    "put a value": "ProposalMade ProposalAccepted VersionAdded",
    edit: "ProposalMade ProposalAccepted PolicyChanged",
    "re-classify": "ProposalMade",
    bind: "ProposalMade",
    revoke: "SecretRevoked",
  } as const;
  const TABLE = {
    active: { request: "ProposalMade", ...WRITING, ...TAKEN, ...OTHERS },
    empty: { request: "no-value", ...WRITING, ...TAKEN, ...OTHERS },
    ended: { request: "value-expired", ...WRITING, ...TAKEN, ...OTHERS },
    revoked: {
      request: "secret-revoked",
      "put a value": "secret-revoked",
      edit: "secret-revoked",
      "re-classify": "secret-revoked",
      bind: "secret-revoked",
      revoke: "already-decided",
      ...TAKEN,
      ...OTHERS,
    },
  } as const satisfies Record<State, Record<keyof typeof COMMANDS, string>>;

  it.each(cellsOf(TABLE))(
    "META-2 SEG-3 that is $state answers $command with $expected",
    ({ state, command, expected }) => {
      expect(COMMANDS[command](into(state))).toBe(expected);
    },
  );
});

describe("a binding", () => {
  type State = Binding["status"] | "run out";

  function into(state: State) {
    const it = ready(POLICY.low);
    const body = bindBody(it.world, it.secret);
    it.world.act("bind-workload", body, it.cast.olivia, "service-owner");
    const { binding } = body.binding;
    if (state === "revoked") it.world.given({ type: "BindingRevoked", tenant, binding });
    if (state === "run out" || state === "expired") it.world.pass(30 * 86_400);
    if (state === "expired") it.world.expire();
    return { ...it, binding };
  }
  type Bound = ReturnType<typeof into>;

  const revoke = (
    { world, cast, binding }: Bound,
    name: keyof Bound["cast"],
    role: "service-owner" | "security-admin" | "officer",
  ) => {
    const body = revokeBody(world, cast[name], bindingSubject(world, binding));
    return outcomeOf(world.act("revoke", body, cast[name], role));
  };
  const COMMANDS = {
    "bind it again": (it: Bound) => {
      const body = bindBody(it.world, it.secret, { binding: it.binding });
      return outcomeOf(it.world.act("bind-workload", body, it.cast.olivia, "service-owner"));
    },
    "revoke by the service": (it: Bound) => revoke(it, "olivia", "service-owner"),
    "revoke by a security admin": (it: Bound) => revoke(it, "sam", "security-admin"),
    "revoke by another service": (it: Bound) => revoke(it, "boris", "service-owner"),
    "revoke by another tenant": (it: Bound) => revoke(it, "greta", "officer"),
  };
  const ALWAYS = {
    "bind it again": "already-exists",
    "revoke by another service": "not-found",
    "revoke by another tenant": "not-found",
  } as const;
  const OPEN = {
    "revoke by the service": "BindingRevoked",
    "revoke by a security admin": "BindingRevoked",
  } as const;
  const OVER = {
    "revoke by the service": "already-decided",
    "revoke by a security admin": "already-decided",
  } as const;
  const TABLE = {
    active: { ...ALWAYS, ...OPEN },
    "run out": { ...ALWAYS, ...OPEN },
    revoked: { ...ALWAYS, ...OVER },
    expired: { ...ALWAYS, ...OVER },
  } as const satisfies Record<State, Record<keyof typeof COMMANDS, string>>;

  it.each(cellsOf(TABLE))(
    "SEG-1 SEG-3 L11 that is $state answers $command with $expected",
    ({ state, command, expected }) => {
      expect(COMMANDS[command](into(state))).toBe(expected);
    },
  );

  it("is not revoked by a statement that shows another secret, by id or by name", () => {
    const it = into("active");
    const other = it.world.ref(it.world.secret("payments/prod/postgres/other", POLICY.low));
    const right = bindingSubject(it.world, it.binding);
    for (const secret of [other, { ...right.secret, name: other.name }]) {
      const body = revokeBody(it.world, it.cast.sam, { ...right, secret });
      expect(outcomeOf(it.world.act("revoke", body, it.cast.sam, "security-admin"))).toBe(
        "not-found",
      );
    }
  });
});

describe("the question whether a candidate is the stored value", () => {
  const ask = (it: Ready, name: keyof Ready["cast"], device = it.world.device(it.cast[name])) =>
    outcomeOf(
      decideCheck(it.world.state, {
        tenant: it.cast[name].tenant,
        device,
        secret: it.secret,
        version: 1,
        equal: false,
      }),
    );

  it("SEG-3 AUD-1 is recorded for the people of the service, and for nobody else", () => {
    const it = ready();
    const answers = (
      ["olivia", "theo", "boris", "tilda", "sam", "omar", "audrey", "eve", "ingrid"] as const
    ).map((name) => ask(it, name));
    expect(answers).toEqual([
      "ValueChecked",
      "ValueChecked",
      ...Array<string>(7).fill("not-found"),
    ]);
  });

  it("L19 is refused to a device that was revoked, and to a person who left", () => {
    const it = ready();
    it.world.given({ type: "DeviceRevoked", tenant, device: it.laptop });
    expect(ask(it, "olivia", it.laptop)).toBe("not-found");
    expect(ask(it, "olivia", it.world.ids.device())).toBe("not-found");
    const fresh = it.world.device(it.cast.olivia);
    expect(ask(it, "olivia", fresh)).toBe("ValueChecked");
    it.world.given({ type: "PersonRevoked", tenant, person: it.cast.olivia.person });
    expect(ask(it, "olivia", fresh)).toBe("not-found");
  });
});
