import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { toBase64url } from "@countersign/protocol/bytes";
import { digestOf, listDigest } from "@countersign/protocol/digest";
import { credentialId, type Digest, type DraftId } from "@countersign/protocol/ids";
import { addSeconds } from "@countersign/protocol/instants";
import { PEOPLE_API, type PeopleApiPath } from "@countersign/protocol/people-api";
import { type Refusal, refuse } from "@countersign/protocol/refusals";
import type { ProposalView } from "@countersign/protocol/views";
import { systemClock } from "../../server/kernel/clock.ts";
import { err, ok, type Result } from "../../server/kernel/result.ts";
import { returnHandlers } from "../../server/key-service/desk/application/return-handlers.ts";
import { DeskSessions } from "../../server/key-service/desk/infrastructure/desk-sessions.ts";
import { startPeopleListener } from "../../server/key-service/desk/infrastructure/listener.ts";
import { readPageAssets } from "../../server/key-service/desk/infrastructure/page-assets.ts";
import type { PeopleHandlers } from "../../server/key-service/desk/infrastructure/people-handlers.ts";
import type { EnrolledCredential } from "../../server/key-service/statements/domain/assertion.ts";
import { assertionOptions } from "../../server/key-service/statements/infrastructure/assertion-options.ts";
import {
  ACME,
  CASS,
  type CastMember,
  decisionStatement,
  enrolDeviceStatement,
  enrolKeyStatement,
  type Made,
  newDraftId,
  now,
  OLIVIA,
  PRIYA,
  SAM,
} from "./statements.ts";

type Draft = {
  made: Made;
  by: CastMember;
  state: "open" | "declined" | "signed";
  next: string | null;
};

import { WorldKeys } from "./world-keys.ts";

/**
 * The desk's other side, for tests of the page alone: the real listener, real statements, real verification
 * of what the browser's key signed; in place of the ledger a counter. `refuseNext` and `tamper` make it
 * refuse and lie.
 */
export class DeskWorld {
  readonly people = [OLIVIA, SAM, PRIYA, CASS];
  readonly hardware = new WorldKeys(() => this.origin);
  readonly invitations = new Map<string, CastMember>();
  readonly drafts = new Map<DraftId, Draft>();
  readonly proposals = new Map<
    Digest,
    { made: Made; view: ProposalView; cannot: string | null; mine: boolean }
  >();
  readonly logins = new Map<string, { label: string; word: string | null; port: number | null }>();
  /** Origin of the console that the desk leads back to. */
  console = "http://console.localhost:1";
  /** The next call of a path is refused with this. */
  readonly refuseNext = new Map<PeopleApiPath, Refusal>();
  /** Changes what a path answers. */
  readonly tamper = new Map<PeopleApiPath, (output: never) => unknown>();
  /** Answers of these paths wait until released. */
  readonly held = new Map<PeopleApiPath, Promise<void>>();
  /** What the page sent to be signed, with the digest that its key signed. */
  readonly signed: { drafts: readonly DraftId[]; credential: string }[] = [];
  readonly faults: string[] = [];
  #index = 1041;
  mode: "development" | "production" = "development";
  origin = "";

  draft(made: Made, by: CastMember, next: string | null = null): DraftId {
    const id = newDraftId();
    this.drafts.set(id, { made, by, state: "open", next });
    return id;
  }

  /** A request of Olivia's that waits for two security admins; `signedBy` have signed. */
  propose(
    made: Made,
    of: {
      signedBy?: readonly CastMember[];
      cannot?: string | null;
      mine?: boolean;
    } & Partial<ProposalView> = {},
  ): Digest {
    const { signedBy = [], cannot = null, mine = false, ...more } = of;
    const at = now();
    const lines = [0, 1].map((i) => {
      const by = signedBy[i];
      return {
        anyOf: ["security-admin" as const, "ciso" as const],
        signed:
          by === undefined
            ? null
            : {
                person: by.person,
                name: by.name,
                role: by.role,
                at: addSeconds(at, -120),
                credential: credentialId.parse(toBase64url(randomBytes(32))),
                index: this.#index++,
              },
      };
    });
    const view: ProposalView = {
      proposal: made.digest,
      request: null,
      statement: toBase64url(made.bytes),
      openings: made.openings,
      status: "pending",
      lines,
      candidates: [SAM, PRIYA, CASS]
        .filter((it) => !signedBy.includes(it))
        .map((it) => ({
          person: it.person,
          name: it.name,
          role: it.role,
          cannot: cannot !== null && it === SAM ? cannot : null,
        })),
      outcome: null,
      proposedAt: addSeconds(at, -185),
      decideBy: addSeconds(at, 7 * 3600),
      index: this.#index++,
      grant: null,
      ...more,
    };
    this.proposals.set(made.digest, { made, view, cannot, mine });
    return made.digest;
  }

  async start(pageDirectory: string): Promise<{ stop: () => Promise<void> }> {
    const port = await freePort();
    this.origin = `http://desk.localhost:${port}`;
    return startPeopleListener({
      host: "127.0.0.1",
      port,
      deskOrigin: this.origin,
      tls: null,
      handlers: this.#handlers(),
      sessions: this.sessions,
      authenticateDevice: async () => err(refuse("not-signed-in", "No devices here.")),
      assets: await readPageAssets(pageDirectory),
      log: {
        request: () => {},
        fault: (line) =>
          this.faults.push(`${line.path} ${line.name} ${line.note ?? ""} ${line.frames[0] ?? ""}`),
      },
      notReady: () => null,
    });
  }

  readonly sessions = new DeskSessions({ clock: systemClock });

  #handlers(): PeopleHandlers {
    const handlers = { ...this.#desk(), ...this.#refusing() };
    const wrapped = Object.entries(handlers).map(([path, handler]) => [
      path,
      async (input: never, caller: never) => {
        const key = path as PeopleApiPath; // a key of the table
        await this.held.get(key);
        const refusal = this.refuseNext.get(key);
        this.refuseNext.delete(key);
        if (refusal !== undefined) return err(refusal);
        const result = await handler(input, caller);
        const change = this.tamper.get(key);
        return result.ok && change !== undefined ? ok(change(result.value as never)) : result;
      },
    ]);
    return Object.fromEntries(wrapped) as PeopleHandlers; // one handler for each path of the table
  }

  #refusing() {
    const paths = Object.keys(PEOPLE_API).filter(
      (path) => path.startsWith("/people/v1/") && path !== "/people/v1/hello",
    );
    return Object.fromEntries(
      paths.map((path) => [path, async () => err(refuse("unavailable", "Not here."))]),
    );
  }

  #desk() {
    const gone = refuse(
      "draft-gone",
      "This was signed or declined already, or is too old. Start again.",
    );
    const desk: Omit<
      PeopleHandlers,
      Exclude<PeopleApiPath, `/desk/${string}` | "/people/v1/hello">
    > = {
      "/people/v1/hello": async () =>
        ok({
          mode: this.mode,
          ledgerOrigin: "desk.test/log",
          deskOrigin: this.origin,
          releaseKey: "A".repeat(120),
          logKey: "A".repeat(120),
          witnesses: [],
          witnessQuorum: 1,
        }),
      "/desk/v1/enrolment/begin": async ({ token }) => {
        const by = this.invitations.get(token);
        if (by === undefined)
          return err(
            refuse("invitation-used", "This enrolment link was used already, or is not one."),
          );
        return ok({ person: by.name, tenant: ACME, options: await this.hardware.registration(by) });
      },
      "/desk/v1/enrolment/finish": async ({ token, registration }) => {
        const by = this.invitations.get(token);
        if (by === undefined)
          return err(
            refuse("invitation-used", "This enrolment link was used already, or is not one."),
          );
        const draft = await this.#draftOf(by, await this.hardware.enrol(by, registration), null);
        if (draft.ok) this.invitations.delete(token);
        return draft;
      },
      "/desk/v1/further-key/begin": async (_, { person }) =>
        ok({ options: await this.hardware.registration(this.#member(person)) }),
      "/desk/v1/further-key/finish": async ({ registration }, { person }) => {
        const vouching =
          [...this.hardware.keys.values()].find((key) => key.person === person)?.credential ?? null;
        return this.#draftOf(
          this.#member(person),
          await this.hardware.enrol(this.#member(person), registration),
          vouching,
        );
      },
      "/desk/v1/identify/begin": async () => {
        const challenge = await digestOf("identify", { random: toBase64url(randomBytes(32)) });
        this.hardware.challenges.set("identify", challenge);
        return ok({ options: { ...assertionOptions({ rpId: "desk.localhost", challenge }) } });
      },
      "/desk/v1/identify/finish": async ({ assertion }) => {
        const challenge = this.hardware.challenges.get("identify");
        if (challenge === undefined) return err(gone);
        const key = await this.hardware.verify(assertion, challenge);
        return key.ok
          ? ok({ person: key.value.person, name: key.value.by.name, tenant: ACME })
          : key;
      },
      "/desk/v1/session/end": async () => ok({}),
      "/desk/v1/inbox": async (_, { person }) => {
        const all = [...this.proposals.values()];
        return ok({
          name: this.#member(person).name,
          tenant: ACME,
          waiting: all
            .filter((it) => !it.mine && it.view.status === "pending")
            .map((it) => it.view),
          mine: all.filter((it) => it.mine).map((it) => it.view),
        });
      },
      "/desk/v1/proposals/read": async ({ proposal }) => {
        const found = this.proposals.get(proposal as Digest);
        return found === undefined
          ? err(refuse("not-found", "There is no such request, or it is not for you to see."))
          : ok({ view: found.view, cannot: found.cannot });
      },
      "/desk/v1/proposals/decide": async ({ proposals, decision, reason }, { person }) => {
        const drafts: DraftId[] = [];
        for (const id of proposals) {
          const about = this.proposals.get(id)?.made;
          if (about === undefined) return err(refuse("not-found", "There is no such request."));
          const by = this.#member(person);
          const made = await decisionStatement({
            kind: decision,
            by,
            about,
            ...(reason === null ? {} : { reason }),
          });
          drafts.push(this.draft(made, by));
        }
        return ok({ drafts });
      },
      "/desk/v1/drafts/read": async ({ drafts }) => {
        const found = drafts.map((id) => this.drafts.get(id));
        if (found.some((it) => it?.state !== "open")) return err(gone);
        const by = found[0]?.by;
        return ok({
          drafts: drafts.map((draft, i) => ({
            draft,
            statement: toBase64url(found[i]?.made.bytes ?? new Uint8Array()),
            openings: found[i]?.made.openings ?? { texts: {}, policies: {}, statements: {} },
          })),
          rpId: "desk.localhost",
          allowCredentials: [...this.hardware.keys.values()]
            .filter((key) => key.by === by)
            .map((key) => key.credential),
        });
      },
      "/desk/v1/drafts/sign": async ({ drafts, assertion }) => {
        const found = drafts.flatMap((id) => this.drafts.get(id) ?? []);
        const digests = found.map((it) => it.made.digest);
        const [only] = digests;
        if (only === undefined || found.some((it) => it.state !== "open")) return err(gone);
        const key = await this.hardware.verify(
          assertion,
          digests.length === 1 ? only : await listDigest(digests),
        );
        if (!key.ok) return key;
        this.signed.push({ drafts, credential: key.value.credential });
        const next = found[0]?.next ?? null;
        const isHeld = next?.startsWith("http:") === true;
        for (const it of found) it.state = "signed";
        const outcomes = drafts.map((draft, i) => ({
          draft,
          accepted: isHeld
            ? null
            : {
                index: this.#index++,
                digest: digests[i] ?? only,
                effect: "Your approval counts. One more is needed.",
              },
          refused: null,
        }));
        return ok({ outcomes, next });
      },
      "/desk/v1/return": (input, caller) => {
        const console = { origin: this.console, returnPaths: ["/", "/requests", "/sign-in"] };
        return returnHandlers({ console })["/desk/v1/return"](input, caller);
      },
      "/desk/v1/drafts/decline": async ({ drafts }) => {
        for (const id of drafts) {
          const found = this.drafts.get(id);
          if (found !== undefined) found.state = "declined";
        }
        return ok({});
      },
      "/desk/v1/device-logins/read": async ({ login }) => {
        const found = this.logins.get(login);
        return found === undefined
          ? err(refuse("not-found", "This login was used or has ended. Run `secrets login` again."))
          : ok({ label: found.label, wordWanted: found.word === null ? null : 3 });
      },
      "/desk/v1/device-logins/claim": async ({ login, word }, { person }) => {
        const found = this.logins.get(login);
        if (found === undefined)
          return err(refuse("not-found", "This login was used or has ended."));
        if (found.word !== null && found.word !== word) {
          return err(
            refuse(
              "not-allowed",
              "That is not the word on the terminal. Do not sign if you did not start this.",
            ),
          );
        }
        const by = this.#member(person);
        const next =
          found.port === null ? null : `http://127.0.0.1:${found.port}/callback?code=abc`;
        return ok({ draft: this.draft(await enrolDeviceStatement(by, found.label), by, next) });
      },
    };
    return desk;
  }

  #member(person: string): CastMember {
    const found = this.people.find((it) => it.person === person);
    if (found === undefined) throw new Error("not one of the cast");
    return found;
  }

  async #draftOf(
    by: CastMember,
    made: Result<EnrolledCredential & { aaguid: string }, Refusal>,
    vouching: string | null,
  ) {
    if (!made.ok) return made;
    return ok({ draft: this.draft(await enrolKeyStatement({ ...made.value, by, vouching }), by) });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
