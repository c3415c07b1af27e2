import type { PeopleApiInput, PeopleApiPath } from "@countersign/protocol/people-api";
import { PEOPLE_API } from "@countersign/protocol/people-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Installation, startInstallation } from "../support/installation.ts";
import { type Answer, call, TestDevice, type TestPerson, value } from "../support/people.ts";
import { type Row, TRIES, type World } from "../support/people-api-tries.ts";
import { ask, asking, enrolCast, register } from "../support/story.ts";

/*
 * Eve, who has no rights, and Ingrid, of the other tenant, try every path of the people-API with the
 * ids of Olivia's secrets, requests and drafts. What an outsider gets is written down for every path:
 * a path without a row does not compile.
 */
describe("outsiders", () => {
  let installation: Installation;
  let world: World;
  let devices: Map<TestPerson, TestDevice>;
  beforeAll(async () => {
    installation = await startInstallation();
    const cast = await enrolCast(installation);
    await register(cast);
    const asked = await ask(cast);
    const { draft } = await cast.laptop.draft(asking(cast.laptop));
    const { keys } = value(await cast.laptop.call("/people/v1/whoami", {}));
    world = { asked, draft, cast, credential: keys[0]?.credential ?? "" };
    devices = new Map();
    for (const person of [cast.eve, cast.ingrid])
      devices.set(person, await TestDevice.login(person, "laptop"));
  });
  afterAll(() => installation?.stop());

  const paths = Object.keys(TRIES) as PeopleApiPath[];
  it.each(paths)(
    "SEG-1 ID-2 L11 L20 Eve and Ingrid get nothing of Olivia's at %s",
    async (path) => {
      for (const who of ["eve", "ingrid"] as const) {
        const row: Row = TRIES[path];
        const answer = await attempt(world.cast[who], path, row.input(world));
        const expected = row[who];
        if (typeof expected === "string") {
          expect(answer.ok ? "allowed" : answer.code, who).toBe(expected);
        } else {
          if (!answer.ok)
            throw new Error(`${who} was refused with ${answer.code}: ${answer.detail}`);
          expected(answer.value);
        }
      }
    },
  );

  async function attempt<P extends PeopleApiPath>(
    person: TestPerson,
    path: P,
    raw: unknown,
  ): Promise<Answer<unknown>> {
    const input = raw as PeopleApiInput<P>; // outsiders send what they like
    switch (PEOPLE_API[path].caller) {
      case "none":
        return call(installation, path, input);
      case "session":
        return person.desk(path, input);
      case "device": {
        const device = devices.get(person);
        if (device === undefined) throw new Error("outsiders have devices too");
        return device.call(path, input);
      }
      default:
        throw new Error("a path names its caller");
    }
  }
});
