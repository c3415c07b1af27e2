import { tenantId } from "@countersign/protocol/names";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyLabel, parseKeyLabel, serviceKeyLabel, tenantKekLabel } from "./key-label.ts";

describe("KEY-1 TENANT-1 key labels", () => {
  it("name purpose, tenant and version, and read back as the same", () => {
    expect(parseKeyLabel(tenantKekLabel("acme", 3))).toEqual({
      purpose: "tenant-kek",
      tenant: "acme",
      version: 3,
    });
    expect(parseKeyLabel(serviceKeyLabel("release", 1))).toEqual({
      purpose: "release",
      version: 1,
    });
  });

  it("exist for every tenant that the protocol allows, and never coincide for two", () => {
    const tenant = fc
      .stringMatching(/^[a-z0-9][a-z0-9.-]{0,62}[a-z0-9]?$/)
      .filter((text) => tenantId.safeParse(text).success);
    fc.assert(
      fc.property(tenant, tenant, fc.integer({ min: 1, max: 999_999 }), (one, other, version) => {
        expect(parseKeyLabel(tenantKekLabel(one, version))).toMatchObject({ tenant: one, version });
        if (one !== other) {
          expect(tenantKekLabel(one, version)).not.toBe(tenantKekLabel(other, version));
        }
      }),
    );
  });

  it.each(["", "a/b", "Acme", "acme/v1", "..", "a..b", "-a", "a".repeat(65), "ácme"])(
    "SEG-1 do not exist for the tenant %j",
    (tenant) => {
      expect(() => tenantKekLabel(tenant, 1)).toThrow(RangeError);
    },
  );

  it.each([0, -1, 1.5, Number.NaN, 1_000_000])("do not exist for version %d", (version) => {
    expect(() => tenantKekLabel("acme", version)).toThrow(RangeError);
    expect(() => serviceKeyLabel("log", version)).toThrow(RangeError);
  });

  it.each(["", " ", "A", "a b", "a\n", "a\0", "/a", "a".repeat(81), "é"])(
    "refuse the text %j",
    (text) => {
      expect(() => keyLabel(text)).toThrow(RangeError);
    },
  );
});
