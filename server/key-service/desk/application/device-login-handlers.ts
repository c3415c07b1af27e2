import type { DraftId } from "@countersign/protocol/ids";
import { addSeconds } from "@countersign/protocol/instants";
import { refuse } from "@countersign/protocol/refusals";
import { err, ok } from "../../../kernel/result.ts";
import { MAX_DEVICE_SECONDS } from "../../roster/domain/decide-enrol-device.ts";
import { Texts } from "../../statements/application/drafter.ts";
import type { VerifiedTouch } from "../../statements/application/sign-drafts.ts";
import type { PeopleHandlers } from "../infrastructure/people-handlers.ts";
import { randomToken, SingleUse } from "./challenges.ts";
import { type DeskParts, knownPerson, nameOf } from "./desk-parts.ts";
import { beginDeviceLogin, type DeviceLogin, isSignedByDevice } from "./device-logins.ts";
import { viewDevice } from "./view-device.ts";

type DeviceLoginHandlers = Pick<
  PeopleHandlers,
  | "/people/v1/device-logins/begin"
  | "/people/v1/device-logins/finish"
  | "/desk/v1/device-logins/read"
  | "/desk/v1/device-logins/claim"
>;

const LOGIN_MS = 15 * 60_000;
const MOST_WRONG_WORDS = 3;

/** Logins in progress. In memory: after a restart the person runs `secrets login` again. */
export class DeviceLogins {
  readonly #logins: SingleUse<DeviceLogin>;
  readonly #byDraft: SingleUse<DeviceLogin>;

  constructor(parts: Pick<DeskParts, "clock">) {
    this.#logins = new SingleUse(parts.clock, LOGIN_MS, 1000);
    this.#byDraft = new SingleUse(parts.clock, LOGIN_MS, 1000);
  }

  add(login: DeviceLogin): void {
    this.#logins.put(login.login, login);
  }

  find(token: string): DeviceLogin | null {
    return this.#logins.peek(token);
  }

  end(login: DeviceLogin): void {
    this.#logins.take(login.login);
  }

  claimed(login: DeviceLogin, draft: DraftId): void {
    login.draft = draft;
    this.#byDraft.put(draft, login);
  }

  /**
   * Holds a verified signature back until the terminal shows the code. Returns where the browser takes
   * the code, or null where this draft needs none.
   */
  hold(drafts: readonly DraftId[], touch: VerifiedTouch): string | null {
    const [draft] = drafts;
    const login = draft === undefined || drafts.length !== 1 ? null : this.#byDraft.peek(draft);
    if (login === null || login.proof.by !== "loopback") return null;
    login.held = { code: randomToken(), touch };
    return `http://127.0.0.1:${login.proof.port}/callback?code=${login.held.code}`;
  }
}

export function deviceLoginHandlers(parts: DeskParts, logins: DeviceLogins): DeviceLoginHandlers {
  return {
    "/people/v1/device-logins/begin": async ({ publicKey, label, loopbackPort }) => {
      const login = await beginDeviceLogin(publicKey, label, loopbackPort);
      logins.add(login);
      return ok({ login: login.login, link: `${parts.deskOrigin}/login/${login.login}` });
    },

    "/desk/v1/device-logins/read": async ({ login: token }) => {
      const login = logins.find(token);
      if (login === null) return err(LOGIN_GONE);
      return ok({
        label: login.label,
        wordWanted: login.proof.by === "word" ? login.proof.wanted : null,
      });
    },

    "/desk/v1/device-logins/claim": async ({ login: token, word }, caller) => {
      const login = logins.find(token);
      if (login === null || login.draft !== null) return err(LOGIN_GONE);
      if (login.proof.by === "word" && word?.trim().toLowerCase() !== login.proof.word) {
        login.wrongWords += 1;
        if (login.wrongWords >= MOST_WRONG_WORDS) logins.end(login);
        return err(
          refuse(
            "not-allowed",
            "That is not the word on the terminal. Do not sign if you did not start this.",
          ),
        );
      }
      const known = knownPerson(parts, caller);
      if (!known.ok) return known;
      const now = parts.path.now();
      if (!now.ok) return now;
      const texts = new Texts();
      const draft = await parts.drafter.draft({
        signer: known.value.person,
        role: "member",
        kind: "enrol-device",
        texts,
        body: {
          device: login.device,
          label: await texts.commit("device-label", login.label),
          publicKey: login.publicKey,
          expiresAt: addSeconds(now.value, MAX_DEVICE_SECONDS),
        },
      });
      if (!draft.ok) return draft;
      logins.claimed(login, draft.value.draft);
      return ok({ draft: draft.value.draft });
    },

    "/people/v1/device-logins/finish": async ({ login: token, code, signature }) => {
      const login = logins.find(token);
      if (login === null || !(await isSignedByDevice(login, code, signature)))
        return err(LOGIN_GONE);
      if (login.held !== null && code !== null) {
        const { held } = login;
        if (code !== held.code)
          return err(refuse("not-allowed", "This code does not belong to this login."));
        login.held = null;
        const [outcome] = await parts.signing.submit(held.touch);
        if (outcome?.refused != null) return err(outcome.refused);
      }
      const tenantId = parts.path.state.deviceTenants.get(login.device);
      const tenant = tenantId === undefined ? undefined : parts.path.state.tenants.get(tenantId);
      const device = tenant?.devices.get(login.device);
      if (device === undefined) return ok({ status: "waiting" });
      logins.end(login);
      const known = knownPerson(parts, device);
      if (!known.ok) return known;
      const { person } = known.value;
      return ok({
        status: "enrolled",
        device: await viewDevice(parts, device),
        person: person.person,
        name: await nameOf(parts, person),
        tenant: person.tenant,
      });
    },
  };
}

const LOGIN_GONE = refuse(
  "not-found",
  "This login was used or has ended. Run `secrets login` again.",
);
