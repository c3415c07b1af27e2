import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Installation, startInstallation } from "../support/installation.ts";
import { eventsOf, readLedger } from "../support/ledger-reader.ts";
import { call, TestPerson, value } from "../support/people.ts";

/** Client data that a lenient parser reads as it was meant, and a strict one not at all. */
const FORGED: Record<string, (honest: string) => string> = {
  "two challenges, the right one last": (it) => it.replace("{", '{"challenge":"AAAA",'),
  "two types": (it) => it.replace("{", '{"type":"webauthn.create",'),
  "a name that is written with an escape": (it) => it.replace('"type"', '"\\u0074ype"'),
  "white space": (it) => it.replaceAll(",", ", "),
  "a line after it": (it) => `${it}\n`,
};

describe("identifying at the desk", () => {
  let installation: Installation;
  let sam: TestPerson;
  beforeAll(async () => {
    installation = await startInstallation();
    sam = await TestPerson.enrol(installation, "Sam");
  });
  afterAll(() => installation?.stop());

  const begin = async () =>
    String(value(await call(installation, "/desk/v1/identify/begin", {})).options.challenge);
  const finish = (challenge: string, clientDataBytes = (honest: string) => honest) => {
    const assertion = sam.key.sign({ challenge, overrides: { clientDataBytes } });
    return call(installation, "/desk/v1/identify/finish", { assertion });
  };

  it.each(Object.entries(FORGED))(
    "ID-1 L22 opens no session for client data with %s, and spends no challenge on it",
    async (_, alter) => {
      const challenge = await begin();
      const forged = await finish(challenge, alter);
      expect(forged).toMatchObject({ ok: false, code: "assertion-rejected", setCookie: null });
      const honest = await finish(challenge);
      expect(honest).toMatchObject({ ok: true, value: { person: sam.person } });
      expect(honest.setCookie).not.toBeNull();
    },
  );

  it("AUD-1 records each attempt as a refused identification", async () => {
    const refusals = eventsOf(await readLedger(installation.database), "Refused");
    const identifying = refusals.filter((it) => it.attempt === "identify");
    expect(identifying).toHaveLength(Object.keys(FORGED).length);
    for (const it of identifying) expect(it.code).toBe("assertion-rejected");
  });

  it("ID-1 L4 takes one challenge once", async () => {
    const challenge = await begin();
    expect(await finish(challenge)).toMatchObject({ ok: true });
    expect(await finish(challenge)).toMatchObject({ ok: false, code: "draft-expired" });
  });
});
