import { describe, expect, it } from "vitest";
import type { KeyServiceConfig } from "../../../config/key-service-config.ts";
import type { GenesisDeclared } from "../../decisions/domain/event.ts";
import { refuseOtherInstallation, refuseUnfitInstallation } from "./refuse-unfit-installation.ts";

type Judged = Parameters<typeof refuseOtherInstallation>[1];

const desk: KeyServiceConfig["desk"] = {
  origin: "https://desk.example.com",
  rpId: "desk.example.com",
  host: "127.0.0.1",
  port: 0,
  pageDir: "/page",
  tls: null,
};
const fit: Judged = {
  desk,
  witnesses: [],
  witnessQuorum: 2,
  attestation: { roots: ["a root"], aaguids: ["a model"] },
  genesis: null,
};
const inside = { keepsKeysInside: true };
const tls = { certificateFile: "/cert", keyFile: "/key", host: "desk.example.com" };
const withDesk = (change: Partial<KeyServiceConfig["desk"]>): Judged => ({
  ...fit,
  desk: { ...desk, ...change },
});

describe("what production demands of what it runs on", () => {
  const production =
    (config: Judged, token = inside) =>
    () =>
      refuseUnfitInstallation("production", config, token);

  it.each([
    ["127.0.0.1", null],
    ["127.3.2.1", null],
    ["::1", null],
    ["localhost", null],
    ["0.0.0.0", tls],
    ["10.0.0.8", tls],
    ["127.0.0.1", tls],
  ] as const)("NET-1 listens on %s with TLS files %j", (host, files) => {
    expect(production(withDesk({ host, tls: files }))).not.toThrow();
  });

  it.each(["0.0.0.0", "::", "10.0.0.8", "desk.example.com", "127.0.0.1.example.com", "128.0.0.1"])(
    "NET-1 does not listen in clear on %s",
    (host) => {
      expect(production(withDesk({ host }))).toThrow(`in clear on ${host}`);
    },
  );

  it.each<[string, Judged, RegExp]>([
    ["http", withDesk({ origin: "http://desk.example.com" }), /over https only/],
    ["one witness", { ...fit, witnessQuorum: 1 }, /COUNTERSIGN_WITNESS_QUORUM is 1/],
    ["no models of keys", { ...fit, attestation: null }, /ATTESTATION_ROOTS_DIR/],
  ])("refuses %s, which development takes", (_, config, sentence) => {
    expect(production(config)).toThrow(sentence);
    expect(() => refuseUnfitInstallation("development", config, inside)).not.toThrow();
  });

  it("KEY-2 refuses a token that hands out its keys", () => {
    expect(production(fit, { keepsKeysInside: false })).toThrow(/keys that must stay inside/);
  });

  it("tells everything at once", () => {
    const bad = { ...withDesk({ host: "::", origin: "http://x" }), witnessQuorum: 1 };
    expect(production(bad)).toThrow(/https only.*in clear.*QUORUM/);
  });
});

describe("a configuration of another installation", () => {
  // Of the rest nothing is read.
  const genesis = {
    mode: "production",
    deskOrigin: "https://desk.example.com",
    witnessQuorum: 2,
  } as GenesisDeclared;
  const start =
    (config: Partial<Judged>, of: Partial<GenesisDeclared> = {}) =>
    () =>
      refuseOtherInstallation({ ...genesis, ...of }, { ...fit, ...config });

  it("is none where it says the same, more witnesses, another port, or nothing of genesis", () => {
    const asked = { mode: "production", file: "/genesis.json" } as const;
    expect(start({ genesis: asked, witnessQuorum: 3 })).not.toThrow();
    expect(start(withDesk({ origin: "https://desk.example.com:8443" }))).not.toThrow();
    expect(start({})).not.toThrow();
  });

  it.each<[string, Partial<Judged>, Partial<GenesisDeclared>, RegExp]>([
    [
      "development",
      { genesis: { mode: "development", file: null } },
      {},
      /is development.*begun as production/,
    ],
    [
      "production over development",
      { genesis: { mode: "production", file: "/f" } },
      { mode: "development" },
      /is production.*begun as development/,
    ],
    ["fewer witnesses", { witnessQuorum: 1 }, {}, /genesis says that 2/],
    ["another desk", withDesk({ rpId: "evil.example.com" }), {}, /made for desk\.example\.com/],
  ])("is refused for %s", (_, config, of, sentence) => {
    expect(start(config, of)).toThrow(sentence);
  });

  it("takes any quorum in a ledger that was begun before quorums were recorded", () => {
    const { witnessQuorum: _, ...older } = genesis;
    expect(() => refuseOtherInstallation(older, { ...fit, witnessQuorum: 1 })).not.toThrow();
  });
});
