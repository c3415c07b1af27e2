import { addSeconds } from "@countersign/protocol/instants";
import { secretName, spiffeId } from "@countersign/protocol/names";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkInclusion } from "../../components/rooms/audit/check-inclusion.ts";
import { type Caller, type ConsoleWorld, startConsoleWorld } from "../support/console-world.ts";
import { value } from "../support/people.ts";
import {
  type Asked,
  ask,
  askAndApprove,
  recipientKey,
  register,
  registration,
  SECRET,
} from "../support/story.ts";

/*
 * What each room shows, over the story of the product: Olivia registers, asks, gets approval and opens once.
 */
describe("the rooms of the console", () => {
  let world: ConsoleWorld;
  let olivia: Caller;
  let sam: Caller;
  let opened: Asked;
  let pending: Asked;

  beforeAll(async () => {
    world = await startConsoleWorld();
    const { cast, parts } = world;
    olivia = world.as(await world.signIn(cast.olivia));
    sam = world.as(await world.signIn(cast.sam));
    await world.signIn(cast.priya);
    await register(cast, registration(SECRET));
    await register(
      cast,
      registration(secretName.parse("payments/dev/api/key"), {
        type: "api-key",
        category: "internal-api-key",
        policy: {
          owner: null,
          service: "payments",
          dataClassification: "internal",
          tier: "low",
          rotationPeriodDays: 90,
        },
        value: null,
        bindings: [
          {
            workload: spiffeId.parse("spiffe://acme.example/payments/api"),
            proof: "end-to-end",
            expiresAt: addSeconds(parts.now(), 10 * 86_400),
          },
        ],
      }),
    );
    opened = await askAndApprove(cast);
    const { request, secret } = opened;
    const use = { request, secret, use: 1, recipientKey: recipientKey() };
    value(await cast.laptop.call("/people/v1/grants/open", use));
    pending = await ask(cast);
    await world.settled();
  }, 240_000);
  afterAll(() => world?.stop());

  // Each call is judged anew: a context lives for one request.
  const again = async (person: "olivia" | "sam") =>
    world.as(await world.signIn(world.cast[person]));

  it("META-1 secrets: lists them with what is missing, and counts the same", async () => {
    const { rows } = await olivia.secrets.list({});
    expect(rows.map((row) => [row.name, row.state, row.gaps.map((gap) => gap.field)])).toEqual([
      ["payments/dev/api/key", "no-value", ["owner", "last-rotated"]],
      [SECRET, "healthy", []],
    ]);
    const facets = await olivia.secrets.facets({});
    expect(facets).toMatchObject({
      total: 2,
      state: [
        { value: "healthy", count: 1 },
        { value: "no-value", count: 1 },
      ],
      service: [{ value: "payments", count: 2 }],
    });
  });

  it("CLASS-1 secrets: shows who must sign, who read it and what the reader may do", async () => {
    const shown = await olivia.secrets.detail({ secret: opened.secret });
    expect(shown).toMatchObject({
      row: { name: SECRET, version: 1 },
      blocking: [],
      chain: [["security-admin"], ["service-admin", "security-admin"]],
      versions: [{ version: 1, current: true }],
      readers: [],
      reads: [{ person: { name: "Olivia Hart" }, use: 1, done: true }],
      may: { request: null, edit: null, bind: null, revoke: null },
    });
    const forSam = await sam.secrets.detail({ secret: opened.secret });
    expect(forSam.may.revoke).toBeNull();
    expect(forSam.may.edit).toMatch(/takes the role of service admin or service owner/);
  });

  it("JIT-2 requests: shows the lines, who can sign now, and why the asker cannot", async () => {
    const forSam = await sam.requests.detail({ proposal: pending.proposal });
    expect(forSam.row).toMatchObject({ status: "pending", waitsForMe: true });
    expect(forSam.card.title).toContain(`Olivia Hart asks to use ${SECRET} for 1 hour`);
    expect(forSam.cannot).toMatchObject({ approve: null, deny: null });
    const able = forSam.candidates.filter((it) => it.cannot === null).map((it) => it.name);
    expect(able).toEqual(expect.arrayContaining(["Sam Okafor", "Priya Nair"]));
    const forOlivia = await olivia.requests.detail({ proposal: pending.proposal });
    expect(forOlivia.cannot.approve).not.toBeNull();
    expect(forOlivia.cannot.withdraw).toBeNull();
  });

  it("L32 requests: tells all that happened with one, in the order of the ledger", async () => {
    const { row, history, grant } = await olivia.requests.detail({ proposal: opened.request });
    expect(history.map((it) => [it.what, it.person?.name ?? null])).toEqual([
      ["proposed", "Olivia Hart"],
      ["approved", "Sam Okafor"],
      ["approved", "Priya Nair"],
      ["granted", null],
      ["opened", "Olivia Hart"],
    ]);
    // Both are security admins: either may stand on either line.
    const signers = row.lines.map((line) => line.signed?.name);
    expect(signers.sort()).toEqual(["Priya Nair", "Sam Okafor"]);
    expect([row.status, row.grant, grant?.status]).toEqual(["approved", "spent", "spent"]);
  });

  it("requests: sorts them into mine, for me and all, and counts what waits", async () => {
    const names = async (caller: Caller, which: "mine" | "for-me" | "all") =>
      // Both may be asked within one second: their order is then that of their digests.
      (await caller.requests.list({ which, kind: ["request"] })).rows
        .map((row) => row.status)
        .sort();
    expect(await names(olivia, "mine")).toEqual(["approved", "pending"]);
    expect(await names(olivia, "for-me")).toEqual([]);
    expect(await names(sam, "for-me")).toEqual(["pending"]);
    expect(await names(sam, "all")).toEqual(["approved", "pending"]);
    expect(await sam.requests.counts()).toEqual({ forMe: 1, minePending: 0 });
    expect(await olivia.requests.counts()).toEqual({ forMe: 0, minePending: 1 });
  });

  it("requests: says who will be asked before anybody is, and hands over to the desk", async () => {
    const before = await sam.requests.counts();
    const drafted = await olivia.requests.draft({
      secrets: [SECRET],
      justification: "  To look\r\nat the failed payouts ",
      ticket: "PAY-7",
      notBefore: null,
      durationSeconds: 1800,
      maxUses: 2,
      device: world.cast.laptop.device,
      returnTo: "/requests",
    });
    expect(drafted.lines).toHaveLength(2);
    expect(drafted.card.fields).toContainEqual({
      label: "Why",
      value: "To look\nat the failed payouts",
      face: "text",
    });
    expect(drafted.link).toBe(
      `${world.installation.deskOrigin}/d/${drafted.draft}?return=%2Frequests%3Fdraft%3D${drafted.draft}`,
    );
    expect(await (await again("sam")).requests.counts()).toEqual(before);
    const { draft } = drafted;
    expect(await olivia.requests.draftStatus({ draft })).toEqual({
      status: "waiting",
      entry: null,
    });
  });

  it("requests: draws up a decision that only the desk can make", async () => {
    const decided = await sam.requests.decide({
      proposals: [pending.proposal],
      decision: "deny",
      reason: "Not today",
      returnTo: "/requests?which=for-me",
    });
    expect(decided.drafts).toHaveLength(1);
    const shown = await (await again("sam")).requests.detail({ proposal: pending.proposal });
    expect(shown.row.status).toBe("pending");
    await expect(
      sam.requests.decide({
        proposals: [pending.proposal],
        decision: "deny",
        reason: null,
        returnTo: "/",
      }),
    ).rejects.toThrow(/Say why/);
  });

  it("META-1 secrets: puts several fixes into one touch, and says which could not be drawn up", async () => {
    const { rows } = await olivia.secrets.list({ missing: ["owner"] });
    const [incomplete] = rows;
    if (incomplete === undefined) throw new Error("one secret lacks its owner");
    const edits = [
      { secret: incomplete.secret, change: { owner: "payments-team" } },
      { secret: opened.secret, change: { rotationPeriodDays: 29 } },
      { secret: opened.secret, change: {} },
    ];
    const fixed = await olivia.secrets.draftEdit({ edits, returnTo: "/secrets" });
    expect(fixed.drafts.map((it) => it.drafted.card.title)).toEqual([
      "Olivia Hart re-classifies payments/dev/api/key",
      `Olivia Hart edits the metadata of ${SECRET}`,
    ]);
    expect(fixed.refused).toEqual([{ secret: opened.secret, message: "Nothing would change." }]);
    const drafts = fixed.drafts.map((it) => it.drafted.draft);
    expect(decodeURIComponent(fixed.link ?? "")).toMatch(
      new RegExp(`/d\\?return=/secrets\\?draft=${drafts.join(",")}&ids=${drafts.join(",")}$`),
    );
  });

  it("AUD-2 audit: gives an entry with a proof that holds in the page", async () => {
    const { rows } = await sam.audit.search({ act: ["approve"] });
    const [approval] = rows;
    if (approval === undefined) throw new Error("somebody approved");
    const { row, proof } = await sam.audit.detail({ entry: approval.entry });
    expect(row).toMatchObject({ act: "approve", outcome: "done" });
    if (proof === null || proof.entry === null) throw new Error("the key service answers");
    expect(await checkInclusion(proof)).toBe("included");
    expect(await checkInclusion({ ...proof, index: proof.index - 1 })).toBe("not-included");
    expect(proof.note.split("\n")[1]).toBe(String(proof.size));
  });

  it("AUD-5 audit: shows an owner what is theirs, the security team everything", async () => {
    const all = await sam.audit.search({ limit: 100 });
    const own = await olivia.audit.search({ limit: 100 });
    expect(all.covers).toBe("Everything that happened in this tenant.");
    expect(own.rows.length).toBeLessThan(all.rows.length);
    const ids = new Set(own.rows.map((row) => row.entry));
    // Sam's approval of her request is hers to see; that he enrolled a key is not.
    const approvals = all.rows.filter(
      (row) => row.act === "approve" && row.subject === opened.proposal,
    );
    expect(approvals.map((row) => ids.has(row.entry))).toEqual([true, true]);
    const enrolled = all.rows.filter(
      (row) => row.act === "enrol-key" && row.actor?.name === "Sam Okafor",
    );
    expect(enrolled.map((row) => ids.has(row.entry))).toEqual([false]);
  });

  it("AUD-5 audit: finds by words of a reason and by ids, and pages through all of it once", async () => {
    const found = await sam.audit.search({ q: "failed PAYOUTS" });
    expect(found.rows.length).toBeGreaterThan(0);
    for (const row of found.rows) expect(row.justification).toMatch(/failed payouts/);
    const byDigest = await sam.audit.search({ q: opened.proposal });
    expect(byDigest.rows.length).toBeGreaterThanOrEqual(3);
    const whole = (await sam.audit.search({ limit: 100 })).rows.map((row) => row.entry);
    const paged: number[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<Caller["audit"]["search"]>> = await sam.audit.search({
        cursor,
        limit: 7,
      });
      paged.push(...page.rows.map((row) => row.entry));
      cursor = page.next;
    } while (cursor !== null);
    expect(paged).toEqual(whole);
    const { days, acts } = await sam.audit.histogram({});
    expect(days).toHaveLength(31);
    expect(days.reduce((sum, day) => sum + day.done + day.refused, 0)).toBe(whole.length);
    expect(acts).toContainEqual({ value: "approve", count: 2 });
  });

  it("people: shows keys, devices, the linked account and sessions; of others to those who guard", async () => {
    const me = await olivia.session.me();
    const shown = await sam.people.detail({ person: me.person });
    expect(shown).toMatchObject({
      row: { name: "Olivia Hart", activeKeys: 1, activeDevices: 1, accounts: 1 },
      devices: [{ label: "Olivia's laptop", status: "active" }],
      may: { revoke: null },
    });
    expect(shown.accounts[0]?.text).toBe(`${world.sso.idp.issuer} olivia`);
    expect((await sam.people.list({})).rows.length).toBeGreaterThan(8);
    expect((await olivia.people.list({})).rows.map((row) => row.name)).toEqual(["Olivia Hart"]);
    const samId = (await sam.session.me()).person;
    await expect(olivia.people.detail({ person: samId })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  it("workloads: lists bindings with those that end first, and says which end soon", async () => {
    const { rows } = await olivia.workloads.list({});
    expect(rows).toMatchObject([
      { workload: "spiffe://acme.example/payments/api", state: "ending", service: "payments" },
    ]);
    expect((await olivia.workloads.facets({ state: ["active"] })).state).toEqual([
      { value: "ending", count: 1 },
    ]);
  });

  it("overview: has what waits for the reader first, and leaves out what is not theirs", async () => {
    const forSam = await sam.overview.read();
    expect(forSam.waiting).toMatchObject({ count: 1, rows: [{ proposal: pending.proposal }] });
    expect(forSam.requestsPerDay.at(-1)).toMatchObject({ asked: 2, approved: 1 });
    expect(forSam.requestsPerDay).toHaveLength(28);
    expect(forSam.rotation?.overdue).toBe(0);
    // One value, put just now; the other secret has none and so no age.
    expect(forSam.ages).toEqual([{ tier: "high", quarters: [1, 0, 0, 0, 0] }]);
    expect(forSam.access).toMatchObject({
      places: ["payments/prod"],
      readers: [{ name: world.cast.olivia.name, isPerson: true, counts: [1] }],
      isCut: false,
    });
    const forOlivia = await olivia.overview.read();
    expect(forOlivia.mine).toHaveLength(1);
    expect(forOlivia.secrets?.states).toHaveLength(2);
    expect((await olivia.session.me()).waiting).toEqual({
      requests: 0,
      secrets: 1,
      workloads: 1,
      people: 0,
    });
  });

  it("META-1 BROWSER-1 registers a secret of a service of one's own, by metadata alone", async () => {
    const { services, kinds } = await olivia.secrets.registerChoices();
    expect(services).toContain("payments");
    expect(kinds).toContainEqual({ category: "database-user", type: "database-credential" });
    const wanted = {
      name: "payments/dev/api/another-key",
      category: "internal-api-key",
      owner: "payments-team",
      dataClassification: "internal",
      tier: "low",
      rotationPeriodDays: 90,
      value: "later",
      returnTo: "/secrets",
    } as const;
    const drafted = await olivia.secrets.draftRegister(wanted);
    expect(drafted.card.title).toContain(wanted.name);
    // The page that is come back to is told which draft it was.
    expect(new URL(drafted.link).searchParams.get("return")).toBe(
      `/secrets?draft=${drafted.draft}`,
    );
    const name = "nobodys/dev/api/key";
    await expect(olivia.secrets.draftRegister({ ...wanted, name })).rejects.toThrow(
      "a service that is not yours",
    );
    await expect(sam.secrets.draftRegister(wanted)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("status: says how far the lists are and who signed the ledger last", async () => {
    const status = await sam.status.read();
    expect(status.ledger?.signers).toContain("witness.localhost/1");
    expect(status).toMatchObject({
      keyService: { state: "up" },
      hsm: { state: "up" },
      notifications: { state: "up" },
      mode: "development",
    });
    expect(status.figures?.hsmLatencyMs).toBeGreaterThan(0);
  });

  it("shows what was recorded while the key service is away, and drafts nothing", async () => {
    const away = {
      keyService: {
        call: async () => ({
          ok: false as const,
          error: { code: "unavailable" as const, message: "Away.", correlation: null },
        }),
      },
    };
    const secret = await world.signIn(world.cast.sam);
    const caller = world.as(secret, { parts: away });
    expect((await caller.secrets.list({})).rows).toHaveLength(2);
    expect((await caller.requests.list({ which: "for-me" })).rows).toEqual([]);
    expect(await caller.secrets.detail({ secret: opened.secret })).toMatchObject({ chain: null });
    expect(await caller.status.read()).toMatchObject({
      keyService: { state: "down" },
      ledger: null,
    });
    const proposals = [pending.proposal];
    const decide = { proposals, decision: "approve" as const, reason: null, returnTo: "/" };
    await expect(caller.requests.decide(decide)).rejects.toMatchObject({
      code: "SERVICE_UNAVAILABLE",
    });
  });
});
