import { describe, expect, it } from "vitest";
import type { AuditRow } from "../views.ts";
import { deedInWords } from "./audit-about.ts";

const lena = { person: "p-1", name: "Lena Vogt" };
const eve = { person: "p-2", name: "Eve Marlow" };
const NAME = "payments/prod/api/token";
const WORKLOAD = "spiffe://acme.example/prod/payments/api";
const proposal = (kind: string, about: object) => ({
  type: "proposal",
  kind,
  proposedBy: lena,
  about: { secrets: [], person: null, workload: null, ...about },
});
const words = (act: string, about: object | null, outcome = "done") =>
  // Ids are branded; the texts here are only written out.
  deedInWords({ act, outcome, about, secrets: [] } as unknown as AuditRow);

describe("AUD-1 what an entry did can be read aloud with what it did it to", () => {
  it.each([
    ["revoke", { type: "person", person: eve }, "revoked Eve Marlow"],
    ["revoke", { type: "secret", name: NAME }, `revoked ${NAME}`],
    [
      "revoke",
      { type: "device", label: "the blue laptop", person: eve },
      "revoked the device the blue laptop of Eve Marlow",
    ],
    ["revoke", { type: "key", person: eve }, "revoked a hardware key of Eve Marlow"],
    [
      "revoke",
      { type: "binding", workload: WORKLOAD, secret: NAME },
      `revoked the binding of ${WORKLOAD} to ${NAME}`,
    ],
    [
      "BindingExpired",
      { type: "binding", workload: WORKLOAD, secret: NAME },
      `a binding ended, of ${WORKLOAD} to ${NAME}`,
    ],
    [
      "enrol-device",
      { type: "device", label: "the blue laptop", person: lena },
      "enrolled a device, the blue laptop",
    ],
    ["change-role", proposal("change-role", { person: eve }), "changed the roles of Eve Marlow"],
    [
      "bind-workload",
      proposal("bind-workload", { secrets: [{ secret: null, name: NAME }], workload: WORKLOAD }),
      `bound a workload to ${NAME}`,
    ],
    [
      "approve",
      proposal("bind-workload", { secrets: [{ secret: null, name: NAME }], workload: WORKLOAD }),
      `approved a proposal: Lena Vogt binds a workload to ${NAME}`,
    ],
    [
      "ProposalExpired",
      proposal("request", { secrets: [{ secret: null, name: NAME }] }),
      `a proposal lapsed: Lena Vogt asks to use ${NAME}`,
    ],
  ])("%s of %j", (act, about, expected) => {
    expect(words(act, about)).toBe(expected);
  });

  it("what was refused names what it was refused for", () => {
    const own = proposal("request", { secrets: [{ secret: null, name: NAME }] });
    expect(words("approve", own, "refused")).toBe(
      `was refused: approve: Lena Vogt asks to use ${NAME}`,
    );
    expect(words("fetch", { type: "secret", name: NAME }, "refused")).toBe(
      `was refused: fetch ${NAME}`,
    );
  });

  it("without a subject that has a name it says what it always said", () => {
    expect(words("revoke", null)).toBe("revoked something");
    expect(words("sign-in", null)).toBe("signed in");
  });
});
