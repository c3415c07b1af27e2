import { toBase64url } from "../src/bytes.ts";
import { commit } from "../src/commitment.ts";
import { asDigest } from "../src/digest.ts";
import { type Commitment, type Digest, idText, salt } from "../src/ids.ts";
import { NO_OPENINGS, type Openings } from "../src/openings.ts";
import { policyDigest, type SecretPolicy } from "../src/policy.ts";
import {
  encodeStatement,
  type StatementKind,
  statement,
  statementDigest,
} from "../src/statement.ts";
import type { TextLabel } from "../src/text.ts";

/*
 * Fixed statements of the cast, one at least for each kind, from which the golden vectors are made. Ids
 * and salts are counted, not drawn, so that every run makes the same bytes.
 */

export type Example = {
  readonly name: string;
  /** What the vector pins down. */
  readonly shows: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly openings: Openings;
};

const idOf = (prefix: "p" | "d" | "s" | "r" | "b", n: number) =>
  idText(prefix, new Uint8Array(16).fill(n));
const digestNo = (n: number): Digest => asDigest(new Uint8Array(32).fill(n));
const bytesNo = (n: number, size: number) => toBase64url(new Uint8Array(size).fill(n));

const DRAFTED = "2026-03-01T08:00:00Z";
const SECRET = {
  secret: idOf("s", 1),
  name: "payments/prod/postgres/app-password",
  environment: "prod",
};
const OTHER_SECRET = {
  secret: idOf("s", 2),
  name: "payments/prod/stripe/api-key",
  environment: "prod",
};
const POLICY: SecretPolicy = {
  owner: "payments-team",
  service: "payments",
  dataClassification: "pii",
  tier: "critical",
  rotationPeriodDays: 90,
};
const INCOMPLETE: SecretPolicy = {
  owner: null,
  service: "payments",
  dataClassification: "secretish",
  tier: "",
  rotationPeriodDays: null,
};

const ISSUER = "https://idp.acme.example/realms/people";

/** Collects openings while statements are written down. */
class Desk {
  readonly openings = {
    texts: {} as Openings["texts"],
    policies: {} as Openings["policies"],
    statements: {} as Openings["statements"],
  };
  #salts = 0;

  async text(label: TextLabel, value: string): Promise<Commitment> {
    this.#salts += 1;
    const fresh = salt.parse(bytesNo(this.#salts, 32));
    const made = await commit(label, value, fresh);
    this.openings.texts[made] = { label, salt: fresh, value };
    return made;
  }

  async policy(of: SecretPolicy): Promise<Digest> {
    const made = await policyDigest(of);
    this.openings.policies[made] = of;
    return made;
  }

  async statement(bytes: Uint8Array): Promise<Digest> {
    const made = await statementDigest(bytes);
    this.openings.statements[made] = toBase64url(bytes);
    return made;
  }

  async person(n: number, name: string) {
    return { person: idOf("p", n), name: await this.text("person-name", name) };
  }

  olivia = () => this.person(1, "Olivia Hart");
  sam = () => this.person(2, "Sam Ito");

  account = () => this.text("account", `${ISSUER} olivia`);

  async device() {
    return {
      device: idOf("d", 1),
      label: await this.text("device-label", "Olivia's laptop"),
      enrolledAt: "2026-02-26T07:12:30Z",
    };
  }

  async secret(of = SECRET, policy = POLICY, version = 3) {
    return { ...of, version, policy: await this.policy(policy) };
  }

  async write(kind: StatementKind, signer: object, role: string, body: object) {
    return encodeStatement(
      statement.parse({
        kind,
        version: 1,
        tenant: "acme",
        signer: { ...signer, role },
        nonce: bytesNo(200, 32),
        draftedAt: DRAFTED,
        signBy: "2026-03-01T08:10:00Z",
        restoreEpoch: 0,
        rosterEpoch: 17,
        floor: digestNo(201),
        checkpoint: { size: 1042, root: digestNo(202) },
        body,
      }),
    );
  }
}

type Made = { readonly bytes: Uint8Array<ArrayBuffer>; readonly openings: Openings };

async function made(write: (desk: Desk) => Promise<Uint8Array<ArrayBuffer>>): Promise<Made> {
  const desk = new Desk();
  return { bytes: await write(desk), openings: desk.openings };
}

const BINDING = {
  binding: idOf("b", 1),
  workload: "spiffe://acme.example/payments/api",
  proof: "end-to-end",
  expiresAt: "2026-05-30T08:00:00Z",
};
const SEALED = { source: "sealed", sealed: digestNo(11), envelope: digestNo(12) };
const GENERATED = { source: "generated", envelope: digestNo(12) };

async function requestBody(desk: Desk, secrets: readonly object[], maxUses = 1) {
  return {
    request: idOf("r", 1),
    secrets,
    recipient: await desk.device(),
    justification: await desk.text(
      "justification",
      "Pool exhausted since 03:10.\nI need to look at pg_stat_activity.",
    ),
    ticket: await desk.text("ticket", "OPS-4711"),
    notBefore: DRAFTED,
    expiresAt: "2026-03-01T09:00:00Z",
    maxUses,
  };
}

async function oneRequest(desk: Desk, name = "Olivia Hart") {
  const body = await requestBody(desk, [await desk.secret()]);
  return desk.write("request", await desk.person(1, name), "service-owner", body);
}

async function decide(desk: Desk, kind: "approve" | "deny" | "withdraw", reason: string | null) {
  const proposal = await desk.statement(await oneRequest(desk));
  return desk.write(kind, await desk.sam(), "security-admin", {
    proposal,
    reason: reason === null ? null : await desk.text("reason", reason),
  });
}

async function revoke(desk: Desk, subject: object) {
  const reason = await desk.text("reason", "Laptop lost on the train.");
  return desk.write("revoke", await desk.sam(), "security-admin", { subject, reason });
}

const KEY = { credential: bytesNo(21, 32), publicKey: bytesNo(22, 77), algorithm: -7 };
const MODEL = {
  aaguid: "01020304-0506-0708-0102-030405060708",
  backupEligible: false,
  attestation: "self",
};

export const EXAMPLES: Readonly<
  Record<string, readonly [shows: string, make: () => Promise<Made>]>
> = {
  "enrol-key-by-invitation": [
    "a first key, allowed by a one-time link",
    () =>
      made(async (desk) => {
        const person = await desk.olivia();
        const authority = { by: "invitation", invitation: digestNo(23) };
        return desk.write("enrol-key", person, "member", { person, ...KEY, ...MODEL, authority });
      }),
  ],
  "enrol-key-by-own-key": [
    "a further key that can be copied, vouched for by the first",
    () =>
      made(async (desk) => {
        const person = await desk.olivia();
        const authority = { by: "own-key", credential: bytesNo(24, 32) };
        const body = { person, ...KEY, ...MODEL, backupEligible: true, authority };
        return desk.write("enrol-key", person, "member", body);
      }),
  ],
  "enrol-device": [
    "a device of the command line",
    () =>
      made(async (desk) => {
        const { enrolledAt: _, ...device } = await desk.device();
        const body = { ...device, publicKey: bytesNo(25, 32), expiresAt: "2026-05-30T08:00:00Z" };
        return desk.write("enrol-device", await desk.olivia(), "member", body);
      }),
  ],
  "change-role": [
    "roles gained and lost",
    () =>
      made(async (desk) =>
        desk.write("change-role", await desk.sam(), "officer", {
          person: await desk.olivia(),
          before: [
            { role: "service-owner", service: "payments" },
            { role: "auditor", service: null },
          ],
          after: [
            { role: "service-owner", service: "payments" },
            { role: "on-call", service: null },
          ],
        }),
      ),
  ],
  "link-identity": [
    "an account of the identity provider for somebody else",
    () =>
      made(async (desk) =>
        desk.write("link-identity", await desk.sam(), "officer", {
          person: await desk.olivia(),
          account: await desk.account(),
        }),
      ),
  ],
  "sign-in": [
    "a session of the console until ten hours later",
    () =>
      made(async (desk) =>
        desk.write("sign-in", await desk.olivia(), "member", {
          session: digestNo(31),
          issuer: ISSUER,
          account: await desk.account(),
          authenticatedAt: "2026-03-01T06:00:00Z",
          expiresAt: "2026-03-01T18:00:00Z",
        }),
      ),
  ],
  "register-secret-with-value": [
    "a new secret with its first value and a workload",
    () =>
      made(async (desk) =>
        desk.write("register-secret", await desk.olivia(), "service-owner", {
          ...SECRET,
          type: "database-credential",
          category: "database-user",
          policy: POLICY,
          identity: digestNo(13),
          value: GENERATED,
          bindings: [BINDING],
        }),
      ),
  ],
  "register-secret-incomplete": [
    "metadata that is missing, empty or unknown",
    () =>
      made(async (desk) =>
        desk.write("register-secret", await desk.olivia(), "service-owner", {
          ...SECRET,
          type: "database-credential",
          category: "database-user",
          policy: INCOMPLETE,
          identity: digestNo(13),
          value: null,
          bindings: [],
        }),
      ),
  ],
  "edit-secret": [
    "what changes, from what to what",
    () =>
      made(async (desk) =>
        desk.write("edit-secret", await desk.olivia(), "service-owner", {
          secret: await desk.secret(),
          after: { ...POLICY, owner: "platform-team", rotationPeriodDays: 30 },
        }),
      ),
  ],
  "reclassify-secret": [
    "a classification and a tier that become less strict",
    () =>
      made(async (desk) =>
        desk.write("reclassify-secret", await desk.olivia(), "service-owner", {
          secret: await desk.secret(),
          after: { ...POLICY, dataClassification: "internal", tier: "low" },
        }),
      ),
  ],
  "put-value-sealed": [
    "a value from the command line",
    () =>
      made(async (desk) =>
        desk.write("put-value", await desk.olivia(), "service-owner", {
          secret: await desk.secret(SECRET, POLICY, 4),
          identity: digestNo(13),
          value: SEALED,
        }),
      ),
  ],
  "put-value-generated": [
    "a first value from the hardware security module",
    () =>
      made(async (desk) =>
        desk.write("put-value", await desk.olivia(), "service-owner", {
          secret: await desk.secret(SECRET, POLICY, 1),
          identity: digestNo(13),
          value: GENERATED,
        }),
      ),
  ],
  request: ["one secret, once, for one hour", () => made((desk) => oneRequest(desk))],
  "request-of-several": [
    "two secrets, three openings of each, one with incomplete metadata",
    () =>
      made(async (desk) => {
        const secrets = [await desk.secret(), await desk.secret(OTHER_SECRET, INCOMPLETE, 1)];
        const body = await requestBody(desk, secrets, 3);
        return desk.write("request", await desk.olivia(), "on-call", body);
      }),
  ],
  "request-unopened": [
    "the same request where every opening was erased",
    async () => ({ bytes: (await made((desk) => oneRequest(desk))).bytes, openings: NO_OPENINGS }),
  ],
  "request-right-to-left": [
    "a name that is written from right to left, set off from the words around it",
    () => made((desk) => oneRequest(desk, "نور حداد")),
  ],
  approve: ["an approval without a reason", () => made((desk) => decide(desk, "approve", null))],
  "approve-unopened": [
    "an approval whose request is not shown",
    async () => {
      const { bytes, openings } = await made((desk) => decide(desk, "approve", null));
      return { bytes, openings: { ...openings, statements: {} } };
    },
  ],
  deny: [
    "a refusal with its reason",
    () => made((desk) => decide(desk, "deny", "Use the read replica.")),
  ],
  withdraw: ["a withdrawal", () => made((desk) => decide(desk, "withdraw", "No longer needed."))],
  "bind-workload-end-to-end": [
    "a workload that proves its own identity",
    () =>
      made(async (desk) =>
        desk.write("bind-workload", await desk.olivia(), "service-owner", {
          secret: await desk.secret(),
          binding: BINDING,
        }),
      ),
  ],
  "bind-workload-gateway-vouched": [
    "a workload that the gateway vouches for",
    () =>
      made(async (desk) =>
        desk.write("bind-workload", await desk.olivia(), "service-owner", {
          secret: await desk.secret(),
          binding: { ...BINDING, proof: "gateway-vouched" },
        }),
      ),
  ],
  "revoke-grant": [
    "what was granted on a request",
    () =>
      made(async (desk) => {
        const proposal = await desk.statement(await oneRequest(desk));
        return revoke(desk, { type: "grant", request: idOf("r", 1), proposal });
      }),
  ],
  "revoke-device": [
    "a device",
    () =>
      made(async (desk) => {
        const { device, label } = await desk.device();
        return revoke(desk, { type: "device", device, label });
      }),
  ],
  "revoke-key": [
    "a hardware key",
    () =>
      made(async (desk) =>
        revoke(desk, { type: "key", person: await desk.olivia(), credential: KEY.credential }),
      ),
  ],
  "revoke-binding": [
    "a workload's binding",
    () =>
      made(async (desk) =>
        revoke(desk, { type: "binding", binding: BINDING.binding, secret: await desk.secret() }),
      ),
  ],
  "revoke-secret": [
    "a secret",
    () => made(async (desk) => revoke(desk, { type: "secret", secret: await desk.secret() })),
  ],
  "revoke-person": [
    "all access of a person",
    () => made(async (desk) => revoke(desk, { type: "person", person: await desk.olivia() })),
  ],
  "revoke-identity": [
    "an account of a person at the identity provider",
    () =>
      made(async (desk) => {
        const person = await desk.olivia();
        return revoke(desk, { type: "identity", person, account: await desk.account() });
      }),
  ],
};

export async function examples(): Promise<Example[]> {
  const all: Example[] = [];
  for (const [name, [shows, make]] of Object.entries(EXAMPLES)) {
    all.push({ name, shows, ...(await make()) });
  }
  return all;
}
