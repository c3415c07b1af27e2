import { tenantId } from "@countersign/protocol/names";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNssToken, createSoftHsmToken } from "../../../../tests/support/tokens.ts";
import { serviceKeyLabel, tenantKekLabel } from "../domain/key-label.ts";
import { type KeyProvider, KeyProviderFault } from "../domain/key-provider.ts";
import { openPkcs11KeyProvider } from "../infrastructure/pkcs11-key-provider.ts";
import { optionsOf } from "../infrastructure/test-tokens.ts";
import { type RecordedKeys, refuseOtherKeys } from "./prove-service-keys.ts";
import { judgeKek, makeKekProof, type RecordedKek, requireKek } from "./prove-tenant-keks.ts";
import { ensureTenantKek } from "./tenant-keys.ts";

const tokens = [
  ["SoftHSM", optionsOf(await createSoftHsmToken("proven"))],
  ["NSS softokn", optionsOf(await createNssToken())],
] as const;

describe.each(tokens)("the keys that the ledger records, on %s", (_, options) => {
  const acme = tenantId.parse("acme");
  const umbra = tenantId.parse("umbra");
  const log = serviceKeyLabel("log", 1);
  let keys: KeyProvider;
  let kek: RecordedKek;
  let recorded: RecordedKeys;

  beforeAll(async () => {
    keys = await openPkcs11KeyProvider(options);
    await keys.generateSigningKey(log);
    const keks: RecordedKek[] = [];
    for (const tenant of [acme, umbra]) {
      const label = await ensureTenantKek(keys, tenant);
      keks.push({ tenant, label, proof: await makeKekProof(keys, label) });
    }
    [kek] = keks as [RecordedKek]; // two were pushed
    const publicKey = (await keys.publicKey(log)).toString("base64url");
    recorded = { signing: [{ label: log, signs: "the ledger", publicKey }], keks };
  });
  afterAll(async () => {
    await keys.close();
  });

  it("KEY-2 serves with exactly these keys, as often as it is asked", async () => {
    for (let n = 0; n < 3; n += 1) await refuseOtherKeys(keys, recorded);
    expect(await requireKek(keys, kek)).toBe(kek.label);
  });

  it("KEY-2 a proof says nothing of the key: two of one key differ, and are 52 bytes", async () => {
    const again = await makeKekProof(keys, kek.label);
    expect(again).not.toBe(kek.proof);
    expect(Buffer.from(again, "base64url")).toHaveLength(12 + 24 + 16);
    expect(await judgeKek(keys, { ...kek, proof: again })).toBe("held");
  });

  it("KEY-2 TENANT-1 one tenant's proof does not pass with another tenant's key, nor a garbled one with any", async () => {
    const [, other] = recorded.keks;
    expect(await judgeKek(keys, { ...kek, proof: other?.proof ?? "" })).toBe("another");
    for (const proof of ["", "AAAA", `${kek.proof?.slice(0, -4)}AAAA`])
      expect(await judgeKek(keys, { ...kek, proof })).toBe("another");
  });

  it("KEY-2 names every key that is missing or another, with its tenant, and makes none", async () => {
    const before = (await keys.inventory()).length;
    const elsewhere = tenantKekLabel("elsewhere", 1);
    const wrong: RecordedKeys = {
      signing: [
        ...recorded.signing.map((it) => ({ ...it, publicKey: "AAAA" })),
        { label: serviceKeyLabel("release", 1), signs: "releases", publicKey: "AAAA" },
      ],
      keks: [
        kek,
        { tenant: tenantId.parse("elsewhere"), label: elsewhere, proof: kek.proof },
        { ...kek, tenant: umbra, label: tenantKekLabel("umbra", 1) },
        { tenant: tenantId.parse("older"), label: tenantKekLabel("older", 1), proof: null },
      ],
    };
    const refusal = await refuseOtherKeys(keys, wrong).then(
      () => "serves",
      (error: Error) => error.message,
    );
    expect(refusal).toContain("log/v1, which signs the ledger, is another key");
    expect(refusal).toContain("release/v1, which signs releases, is not on it");
    expect(refusal).toContain("tenant elsewhere are sealed, is not on it");
    expect(refusal).toContain("tenant umbra are sealed, is another key");
    expect(refusal).toContain("tenant older are sealed, is not on it");
    expect(refusal).not.toContain("tenant acme");
    expect(refusal).toMatch(/COUNTERSIGN_PKCS11_TOKEN.*docs\/runbooks\/token\.md/);
    expect((await keys.inventory()).length).toBe(before);
  });

  it("KEY-2 a key that was replaced by one of the same label is noticed, and nothing is sealed with it", async () => {
    const label = tenantKekLabel("replaced", 1);
    const tenant = tenantId.parse("replaced");
    await keys.generateEncryptionKey(label);
    const first = { tenant, label, proof: await makeKekProof(keys, label) };
    await keys.destroy(label);
    expect(await judgeKek(keys, first)).toBe("missing");
    await keys.generateEncryptionKey(label);
    expect(await judgeKek(keys, first)).toBe("another");
    await expect(requireKek(keys, first)).rejects.toSatisfy(
      (fault) => fault instanceof KeyProviderFault && fault.reason === "no-such-key",
    );
    // A ledger from before proofs were recorded knows no better.
    expect(await judgeKek(keys, { ...first, proof: null })).toBe("held");
    await keys.destroy(label);
  });
});
