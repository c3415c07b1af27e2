import type { DraftId } from "@countersign/protocol/ids";
import {
  PEOPLE_API,
  type PeopleApiInput,
  type PeopleApiPath,
} from "@countersign/protocol/people-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Installation, startInstallation } from "../support/installation.ts";
import { type Answer, call, TestDevice, type TestPerson, value } from "../support/people.ts";
import {
  type Asked,
  ask,
  asking,
  type Cast,
  enrolCast,
  recipientKey,
  register,
  SECRET,
} from "../support/story.ts";

/*
 * Eve, who has no rights, and Ingrid, of the other tenant, try every path of the people-API with the
 * ids of Olivia's secrets, requests and drafts. What an outsider gets is written down for every path:
 * a path without a row does not compile.
 */
type World = {
  readonly asked: Asked;
  readonly draft: DraftId;
  readonly cast: Cast;
  /** Of Olivia's hardware key. */
  readonly credential: string;
};
/** A refusal code, or what an answer may hold at the most. */
type Outcome = string | ((answer: unknown) => void);
type Row = {
  readonly input: (world: World) => unknown;
  readonly eve: Outcome;
  readonly ingrid: Outcome;
};

const nothingOfOlivia = (answer: unknown) => {
  const text = JSON.stringify(answer);
  for (const word of ["Olivia", "app-password", "PAY-1412", "payouts"])
    expect(text).not.toContain(word);
};
const both = (input: Row["input"], outcome: Outcome): Row => ({
  input,
  eve: outcome,
  ingrid: outcome,
});
const login = "A".repeat(43);
const sealed = { intake: "A".repeat(22), enc: "A".repeat(87), ciphertext: "A".repeat(40) };

const TRIES = {
  "/desk/v1/enrolment/begin": both(() => ({ token: login }), "invitation-used"),
  "/desk/v1/enrolment/finish": both(() => ({ token: login, registration: {} }), "invitation-used"),
  "/desk/v1/further-key/begin": both(() => ({}), nothingOfOlivia),
  "/desk/v1/further-key/finish": both(() => ({ registration: {} }), "assertion-rejected"),
  "/desk/v1/identify/begin": both(() => ({}), nothingOfOlivia),
  "/desk/v1/identify/finish": both(() => ({ assertion: {} }), "assertion-rejected"),
  "/desk/v1/inbox": both(() => ({}), nothingOfOlivia),
  "/desk/v1/proposals/read": both(({ asked }) => ({ proposal: asked.proposal }), "not-found"),
  "/desk/v1/proposals/decide": both(
    ({ asked }) => ({ proposals: [asked.proposal], decision: "deny", reason: "No" }),
    "not-found",
  ),
  "/desk/v1/drafts/read": both(
    ({ draft }) => ({ drafts: [draft] }),
    () => {},
  ),
  "/desk/v1/drafts/sign": both(
    ({ draft }) => ({ drafts: [draft], assertion: {} }),
    "assertion-rejected",
  ),
  "/desk/v1/drafts/decline": both(() => ({ drafts: [`x-${"0".repeat(26)}`] }), nothingOfOlivia),
  "/desk/v1/return": both(() => ({ path: "/requests" }), nothingOfOlivia),
  "/desk/v1/device-logins/read": both(() => ({ login }), "not-found"),
  "/desk/v1/device-logins/claim": both(() => ({ login, word: "abandon" }), "not-found"),
  "/people/v1/hello": both(() => ({}), nothingOfOlivia),
  "/people/v1/device-logins/begin": both(
    () => ({ publicKey: login, label: "laptop", loopbackPort: null }),
    nothingOfOlivia,
  ),
  "/people/v1/device-logins/finish": both(
    () => ({ login, code: null, signature: "A".repeat(86) }),
    "not-found",
  ),
  "/people/v1/whoami": both(() => ({}), nothingOfOlivia),
  "/people/v1/people/list": both(
    () => ({}),
    (answer) => {
      nothingOfOlivia(answer);
      expect(answer).toMatchObject({ people: [{ devices: [{ label: "laptop" }] }] });
    },
  ),
  "/people/v1/secrets/list": both(
    () => ({ prefix: "" }),
    (answer) => expect(answer).toEqual({ secrets: [] }),
  ),
  "/people/v1/secrets/show": both(() => ({ name: SECRET }), "not-found"),
  "/people/v1/intake": both(() => ({}), nothingOfOlivia),
  "/people/v1/drafts": both(({ cast }) => ({ act: asking(cast.laptop) }), "not-found"),
  "/people/v1/drafts/status": both(
    ({ draft }) => ({ draft }),
    (answer) => expect(answer).toEqual({ status: "expired", proposal: null, index: null }),
  ),
  "/people/v1/proposals/list": both(
    () => ({ which: "waiting-for-me" }),
    (answer) => expect(answer).toEqual({ proposals: [] }),
  ),
  "/people/v1/proposals/show": both(({ asked }) => ({ proposal: asked.request }), "not-found"),
  "/people/v1/grants/open": both(
    ({ asked }) => ({
      request: asked.request,
      secret: asked.secret,
      use: 1,
      recipientKey: recipientKey(),
    }),
    "not-found",
  ),
  "/people/v1/values/check": both(() => ({ name: SECRET, candidate: sealed }), "not-found"),
  "/people/v1/log/checkpoint": both(() => ({}), nothingOfOlivia),
  "/people/v1/log/consistency": both(() => ({ from: 1, to: 2 }), nothingOfOlivia),
  "/people/v1/log/inclusion": both(() => ({ index: 0, size: 1 }), nothingOfOlivia),
  "/people/v1/log/key": both(({ credential }) => ({ credential }), "not-found"),
  "/desk/v1/session/end": both(() => ({}), nothingOfOlivia),
} as const satisfies Record<PeopleApiPath, Row>;

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
