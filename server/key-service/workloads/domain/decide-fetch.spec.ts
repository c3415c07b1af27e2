import { secretName, spiffeId, tenantId } from "@countersign/protocol/names";
import type { SecretPolicy } from "@countersign/protocol/policy";
import type { Environment } from "@countersign/protocol/taxonomy";
import { describe, expect, it } from "vitest";
import type { RegisteredGateway } from "../../decisions/domain/event.ts";
import { bindingOf } from "../../decisions/testing/act-bodies.ts";
import { POLICY, ready } from "../../decisions/testing/asked.ts";
import { codeOf } from "../../decisions/testing/decision-cast.ts";
import { ACME, GLOBEX } from "../../decisions/testing/decision-world.ts";
import { decideFetch, type FetchCommand, type Witnessed } from "./decide-fetch.ts";

const NAME = "payments/prod/postgres/app-password";
const WORKLOAD = "spiffe://example.org/acme/prod/payments/api";

type Given = {
  policy?: SecretPolicy;
  name?: string;
  workload?: string;
  proof?: "end-to-end" | "gateway-vouched";
  lastsSeconds?: number;
};

/** A secret, a workload that is bound to it, a gateway that may vouch for it, and witnesses that saw all. */
function bound({
  policy = POLICY.low,
  name = NAME,
  workload = WORKLOAD,
  proof = "gateway-vouched",
  lastsSeconds = 86_400,
}: Given = {}) {
  const { world } = ready();
  const secret = world.secret(name.replace("app-password", "bound"), policy);
  const made = bindingOf(world, {
    workload: spiffeId.parse(workload),
    proof,
    expiresAt: world.in(lastsSeconds),
  });
  world.given({ type: "WorkloadBound", tenant: ACME, secret, ...made });
  const gateway: RegisteredGateway = {
    name: "gateway.test",
    credential: world.ids.digest(),
    trustDomain: "example.org",
    tenants: [ACME, GLOBEX],
    environments: ["dev", "prod"],
  };
  const command: FetchCommand = {
    gateway,
    workload: made.workload,
    certificate: world.ids.digest(),
    name: secretName.parse(name.replace("app-password", "bound")),
  };
  const fetch = (
    changes: Partial<FetchCommand> = {},
    witnessed: Witnessed = { size: world.state.size, at: world.now },
  ) => decideFetch(world.state, { ...command, ...changes }, witnessed, world.now);
  return { world, secret, binding: made.binding, gateway, command, fetch };
}
const as = (text: string) => ({ workload: spiffeId.parse(text) });

describe("a fetch", () => {
  it("DEL-1 JIT-1 is answered for a workload under its binding, and says who, what and through whom", () => {
    const { fetch, secret, binding, command } = bound();
    expect(fetch()).toEqual({
      ok: true,
      events: [
        {
          type: "FetchIntended",
          tenant: ACME,
          binding,
          secret,
          version: 1,
          workload: WORKLOAD,
          gateway: "gateway.test",
          certificate: command.certificate,
        },
      ],
    });
  });

  it.each([
    ["another service", "spiffe://example.org/acme/prod/billing/api"],
    ["another instance, which was not bound", "spiffe://example.org/acme/prod/payments/worker"],
    ["a longer path", "spiffe://example.org/acme/prod/payments/api/x"],
    ["other capitals", "spiffe://example.org/acme/prod/payments/API"],
    ["another environment", "spiffe://example.org/acme/dev/payments/api"],
    ["the other tenant", "spiffe://example.org/globex/prod/payments/api"],
  ])(
    "SEG-3 TENANT-1 L11 is not found for %s, in the words of a secret that does not exist",
    (_, id) => {
      const { fetch, command } = bound();
      const missing = { name: secretName.parse("payments/prod/postgres/no-such") };
      const words = (decision: ReturnType<typeof fetch>) =>
        decision.ok ? "ok" : decision.refusal.message.replaceAll(missing.name, command.name);
      const answer = fetch(as(id));
      expect(codeOf(answer)).toBe("not-found");
      expect(words(answer)).toBe(words(fetch(missing)));
    },
  );

  it.each([
    ["another trust domain", "spiffe://evil.example/acme/prod/payments/api"],
    ["a trust domain that only begins alike", "spiffe://example.org.evil/acme/prod/payments/api"],
    ["a path without an environment", "spiffe://example.org/acme/payments"],
    ["a tenant in capitals", "spiffe://example.org/ACME/prod/payments/api"],
    ["an environment that it is not registered for", "spiffe://example.org/acme/test/payments/api"],
    ["a tenant that it is not registered for", "spiffe://example.org/initech/prod/payments/api"],
  ])("DEL-1 L18 is refused where the gateway vouches for %s", (_, id) => {
    expect(codeOf(bound().fetch(as(id)))).toBe("not-allowed");
  });

  it("TENANT-1 a gateway of one tenant vouches for nobody of another", () => {
    const { fetch, gateway } = bound();
    expect(codeOf(fetch({ gateway: { ...gateway, tenants: [GLOBEX] } }))).toBe("not-allowed");
    expect(codeOf(fetch({ gateway: { ...gateway, environments: ["dev"] } }))).toBe("not-allowed");
    expect(codeOf(fetch({ gateway: { ...gateway, tenants: [], environments: [] } }))).toBe(
      "not-allowed",
    );
  });

  it("L31 a binding ends on the second, and says so until it is made anew", () => {
    const { world, secret, fetch, command } = bound();
    world.pass(86_400 - 1);
    const before = codeOf(fetch());
    world.pass(1);
    expect([before, codeOf(fetch())]).toEqual(["ok", "binding-ended"]);
    const next = bindingOf(world, { workload: command.workload, proof: "gateway-vouched" });
    world.given({ type: "WorkloadBound", tenant: ACME, secret, ...next });
    expect(codeOf(fetch())).toBe("ok");
  });

  it("a revoked binding fetches nothing, and another one that stands goes on", () => {
    const { world, secret, binding, fetch, command } = bound();
    const other = bindingOf(world, { workload: command.workload, proof: "gateway-vouched" });
    world.given({ type: "WorkloadBound", tenant: ACME, secret, ...other });
    world.given({ type: "BindingRevoked", tenant: ACME, binding: other.binding });
    expect(codeOf(fetch())).toBe("ok");
    world.given({ type: "BindingRevoked", tenant: ACME, binding });
    expect(codeOf(fetch())).toBe("binding-ended");
  });

  it("an end-to-end binding is not delivered through a gateway's hands", () => {
    expect(codeOf(bound({ proof: "end-to-end" }).fetch())).toBe("not-allowed");
  });

  it("JIT-2 production secrets with personal data never go through a gateway's hands, whatever was bound", () => {
    const given = bound({ policy: POLICY.pii });
    expect(codeOf(given.fetch())).toBe("not-allowed");
    const later = bound();
    const policy = { ...POLICY.low, dataClassification: "pii" };
    const changed = (to: SecretPolicy) =>
      later.world.given({
        type: "PolicyChanged",
        tenant: ACME,
        secret: later.secret,
        policy: to,
        policyDigest: later.world.ids.digest(),
      });
    changed(policy);
    expect(codeOf(later.fetch())).toBe("not-allowed");
    changed(POLICY.low); // what the version once held stays personal data
    expect(codeOf(later.fetch())).toBe("not-allowed");
    const dev = { name: "payments/dev/postgres/app-password", policy: POLICY.pii };
    const workload = "spiffe://example.org/acme/dev/payments/api";
    expect(codeOf(bound({ ...dev, workload }).fetch())).toBe("ok");
  });

  it("META-1 META-2 a secret that is not whole, ended, empty or revoked is handed to no workload", () => {
    expect(codeOf(bound({ policy: { ...POLICY.low, owner: null } }).fetch())).toBe(
      "metadata-incomplete",
    );
    const old = bound({ lastsSeconds: 80 * 86_400 });
    old.world.pass(31 * 86_400);
    expect(codeOf(old.fetch())).toBe("value-expired");
    const gone = bound();
    gone.world.given({ type: "SecretRevoked", tenant: ACME, secret: gone.secret });
    expect(codeOf(gone.fetch())).toBe("secret-revoked");
  });

  it("AUD-2 nothing is fetched before the binding is cosigned, nor after 15 minutes without a witness", () => {
    const { world, fetch } = bound();
    const size = world.state.size;
    const at = world.now;
    expect(codeOf(fetch({}, null))).toBe("unavailable");
    expect(codeOf(fetch({}, { size: size - 1, at }))).toBe("unavailable");
    expect(codeOf(fetch({}, { size, at }))).toBe("ok");
    world.pass(15 * 60);
    expect(codeOf(fetch({}, { size, at }))).toBe("ok");
    world.pass(1);
    expect(codeOf(fetch({}, { size, at }))).toBe("unavailable");
  });

  it("of every tenant and environment only the bound pair is answered", () => {
    const { fetch } = bound();
    const environments: Environment[] = ["dev", "test", "staging", "prod"];
    const tenants = ["acme", "globex", "initech"].map((it) => tenantId.parse(it));
    const answered = tenants.flatMap((tenant) =>
      environments
        .filter((where) => fetch(as(`spiffe://example.org/${tenant}/${where}/payments/api`)).ok)
        .map((where) => `${tenant} ${where}`),
    );
    expect(answered).toEqual(["acme prod"]);
  });
});
