import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Installation, startInstallation } from "../support/installation.ts";
import { witnessCheckpoint } from "../support/ledger-audit.ts";
import { eventsOf, readLedger } from "../support/ledger-reader.ts";
import { checkValue, Recipient, sealedValue } from "../support/sealed-values.ts";
import {
  type Asked,
  askAndApprove,
  type Cast,
  enrolCast,
  register,
  registration,
  SECRET,
} from "../support/story.ts";

const VALUE = "the value of this test, 4711";

describe("what witnesses know of", () => {
  let installation: Installation;
  let cast: Cast;
  let asked: Asked;
  beforeAll(async () => {
    installation = await startInstallation();
    cast = await enrolCast(installation);
    const value = await sealedValue(cast.laptop, VALUE);
    await register(cast, registration(SECRET, { value }));
    asked = await askAndApprove(cast, { maxUses: 2 });
  });
  afterAll(() => installation?.stop());

  const witnessed = () => witnessCheckpoint(installation.witnessDir).size;
  const sizeOfLedger = async () => (await readLedger(installation.database)).length;

  it("AUD-2 the approvals, though nothing was released and no heartbeat is due", async () => {
    const size = await sizeOfLedger();
    await expect.poll(witnessed, { timeout: 20_000 }).toBeGreaterThanOrEqual(size);
  });

  it("AUD-2 L35 is what an opening and a check of a value wait for: without witnesses neither is answered, both are recorded", async () => {
    const recipient = await Recipient.of(cast.laptop, asked);
    const { sealed } = await sealedValue(cast.laptop, VALUE);
    installation.witness.child.kill("SIGKILL");
    await installation.witness.ended;
    const [check, opening] = await Promise.all([
      cast.laptop.call("/people/v1/values/check", { name: SECRET, candidate: sealed }),
      recipient.open(),
    ]);
    expect(check).toMatchObject({ ok: false, code: "unavailable" });
    expect(JSON.stringify(check)).toMatch(
      /The witnesses did not cosign the record of this check in time, so it is not answered/,
    );
    expect(opening).toEqual({ ok: false, code: "unavailable" });
    const entries = await readLedger(installation.database);
    expect(eventsOf(entries, "ValueChecked")).toMatchObject([{ equal: true }]);
    expect(eventsOf(entries, "ReleaseIntended")).toHaveLength(1);

    await installation.startWitness();
    expect(await checkValue(cast.laptop, SECRET, VALUE)).toBe("equal");
    expect(await recipient.open()).toEqual({ ok: true, text: VALUE });
  });

  it("AUD-2 after a graceful stop, every entry", async () => {
    const { child, ended } = installation.keyService();
    child.kill("SIGTERM");
    await ended;
    expect(witnessed()).toBe(await sizeOfLedger());
  });
});
