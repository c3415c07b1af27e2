import type { SecretName } from "@countersign/protocol/names";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Installation, startInstallation } from "../support/installation.ts";
import { eventsOf, readLedger } from "../support/ledger-reader.ts";
import { TestDevice, TestPerson, value } from "../support/people.ts";
import { recipientKey } from "../support/story.ts";

const NAME = "payments/prod/postgres/app-password" as SecretName;

describe("the spine", () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await startInstallation({
      environment: { COUNTERSIGN_CHECK_EVERY_SECONDS: "1" },
    });
  });
  afterAll(() => installation?.stop());

  it("JIT-2 releases a production PII password after two other people signed, and to that device only", async () => {
    const olivia = await TestPerson.enrol(installation, "Olivia");
    const sam = await TestPerson.enrol(installation, "Sam");
    const priya = await TestPerson.enrol(installation, "Priya");
    const laptop = await TestDevice.login(olivia, "Olivia's laptop");

    const registered = await laptop.draft({
      act: "register-secret",
      name: NAME,
      type: "database-credential",
      category: "database-user",
      policy: {
        owner: "payments-team",
        service: "payments",
        dataClassification: "pii",
        tier: "high",
        rotationPeriodDays: 30,
      },
      value: { source: "generated", length: null },
      bindings: [],
    });
    await olivia.mustSign([registered.draft]);

    const asked = await laptop.draft({
      act: "request",
      secrets: [NAME],
      justification: "Restoring the failed payouts of this morning",
      ticket: "PAY-1412",
      notBefore: null,
      durationSeconds: 3600,
      maxUses: 1,
      device: laptop.device,
    });
    expect(asked.lines).toHaveLength(2);
    await olivia.mustSign([asked.draft]);
    const status = value(await laptop.call("/people/v1/drafts/status", { draft: asked.draft }));
    expect(status.status).toBe("signed");
    if (status.proposal === null) throw new Error("a signed request is a proposal");
    for (const approver of [sam, priya]) {
      await approver.identify();
      const [outcome] = await approver.decide(status.proposal, "approve");
      expect(outcome?.refused).toBeNull();
    }
    const shown = value(
      await laptop.call("/people/v1/proposals/show", { proposal: status.proposal }),
    );
    expect(shown.status).toBe("approved");
    const [secret] = shown.grant?.uses ?? [];
    if (secret === undefined || shown.request === null)
      throw new Error("an approved request is a grant");
    const released = await laptop.call("/people/v1/grants/open", {
      request: shown.request,
      secret: secret.secret,
      use: 1,
      recipientKey: recipientKey(),
    });
    expect(value(released).use).toBe(1);
  });

  it("AUD-2 the checker, run every second beside all of it, finds nothing to complain of", async () => {
    const service = installation.keyService();
    const checks = () => service.output().split('"event":"checked"').length - 1;
    const before = checks();
    await expect.poll(checks, { timeout: 30_000 }).toBeGreaterThan(before + 1);
    const entries = await readLedger(installation.database);
    expect(eventsOf(entries, "TamperingFound")).toEqual([]);
    expect(installation.keyService().output()).not.toMatch(/"event":"(fault|tampering|crash)"/);
  });
});
