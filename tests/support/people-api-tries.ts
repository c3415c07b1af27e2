import type { DraftId } from "@countersign/protocol/ids";
import type { PeopleApiPath } from "@countersign/protocol/people-api";
import { expect } from "vitest";
import { type Asked, asking, type Cast, recipientKey, SECRET } from "./story.ts";

/** What outsiders know of and would like to have. */
export type World = {
  readonly asked: Asked;
  readonly draft: DraftId;
  readonly cast: Cast;
  /** Of Olivia's hardware key. */
  readonly credential: string;
};
/** A refusal code, or what an answer may hold at the most. */
type Outcome = string | ((answer: unknown) => void);
export type Row = {
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

/** What an outsider tries at every path of the people-API: a path without a row does not compile. */
export const TRIES = {
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
