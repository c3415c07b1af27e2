import { describe, expect, it } from "vitest";
import { ConfigurationFault } from "./environment.ts";
import { loadWitnessConfig } from "./witness.ts";

const complete = {
  COUNTERSIGN_WITNESS_NAME: "witness.example.org/1",
  COUNTERSIGN_WITNESS_PORT: "8461",
  COUNTERSIGN_WITNESS_STATE_DIR: "/var/lib/witness",
  COUNTERSIGN_WITNESS_LOGS_FILE: "/etc/witness/logs",
};

describe("the witness's configuration", () => {
  it("listens on the loopback unless told otherwise", () => {
    expect(loadWitnessConfig(complete)).toEqual({
      name: "witness.example.org/1",
      host: "127.0.0.1",
      port: 8461,
      statusPort: null,
      stateDir: "/var/lib/witness",
      logsFile: "/etc/witness/logs",
    });
  });

  const mistakes = [
    ["COUNTERSIGN_WITNESS_NAME", "a b"],
    ["COUNTERSIGN_WITNESS_NAME", "a+b"],
    ["COUNTERSIGN_WITNESS_PORT", "65536"],
    ["COUNTERSIGN_WITNESS_PORT", ""],
    ["COUNTERSIGN_WITNESS_STATE_DIR", "relative"],
    ["COUNTERSIGN_WITNESS_LOGS_FILE", ""],
  ] as const;
  for (const [name, value] of mistakes) {
    it(`names ${name} when it is "${value}"`, () => {
      const load = () => loadWitnessConfig({ ...complete, [name]: value });
      expect(load).toThrow(ConfigurationFault);
      expect(load).toThrow(name);
    });
  }
});
