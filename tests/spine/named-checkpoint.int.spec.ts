import { fromBase64url } from "@countersign/protocol/bytes";
import { asDigest } from "@countersign/protocol/digest";
import { encodeStatement, parseStatement, statementDigest } from "@countersign/protocol/statement";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Installation, startInstallation } from "../support/installation.ts";
import { eventsOf, readLedger } from "../support/ledger-reader.ts";
import { call, TestDevice, TestPerson, value } from "../support/people.ts";
import { asking, registration, SECRET } from "../support/story.ts";

describe("a draft that names a checkpoint which the ledger never had", () => {
  let installation: Installation;
  let olivia: TestPerson;
  let laptop: TestDevice;
  beforeAll(async () => {
    installation = await startInstallation();
    olivia = await TestPerson.enrol(installation, "Olivia");
    laptop = await TestDevice.login(olivia, "Olivia's laptop");
    const act = registration(SECRET);
    await olivia.mustSign([(await laptop.draft(act)).draft]);
  });
  afterAll(() => installation?.stop());

  it("AUD-2 L26 is refused though she signed exactly what the desk showed, and recorded", async () => {
    const { draft } = await laptop.draft(asking(laptop));
    const read = await call(installation, "/desk/v1/drafts/read", { drafts: [draft] });
    const bytes = fromBase64url(value(read).drafts[0]?.statement ?? "") ?? expect.fail();
    const parsed = parseStatement(bytes);
    const sound = parsed.ok ? parsed.value : expect.fail();
    const root = asDigest(Buffer.alloc(32, 7));
    const changed = encodeStatement({ ...sound, checkpoint: { ...sound.checkpoint, root } });
    const attacker = new Client({ connectionString: installation.database.adminUrl });
    await attacker.connect();
    await attacker.query("UPDATE keyservice.draft SET statement = $1, digest = $2 WHERE id = $3", [
      changed,
      await statementDigest(changed),
      draft,
    ]);
    await attacker.end();

    const [outcome] = await olivia.sign([draft]);
    expect(outcome?.refused).toMatchObject({ code: "facts-differ" });
    expect(outcome?.refused?.message).toContain(`with the root ${root}`);
    const refusals = eventsOf(await readLedger(installation.database), "Refused");
    expect(refusals.at(-1)).toMatchObject({
      code: "facts-differ",
      attempt: "request",
      person: olivia.person,
      subject: await statementDigest(changed),
    });

    const again = await laptop.draft(asking(laptop));
    expect(await olivia.sign([again.draft])).toMatchObject([{ refused: null }]);
  });
});
