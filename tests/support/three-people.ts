import type { Browser } from "playwright-core";
import { type Visitor, visitor } from "./browser.ts";
import { CommandLine, type Running } from "./command-line.ts";
import type { Installation } from "./installation.ts";

const DESK_LINK = /http:\/\/desk\.localhost:\d+\/d\/[\w-]+/;
const LOGIN_LINK = /http:\/\/desk\.localhost:\d+\/login\/[\w-]+/;

/** What somebody who looks on may do. */
export type OnLooker = {
  /** Before a person's browser opens its first page. */
  readonly comes?: (name: string, visitor: Visitor) => Promise<void>;
  /** When there is something to see on a person's page. */
  readonly sees?: (moment: string, visitor: Visitor) => Promise<void>;
};

/**
 * The story of the product, step by step, each person with a Chromium and a hardware key of their own: Olivia
 * asks from a terminal, Sam and Priya approve at the desk.
 */
export class ThreePeople {
  /** Olivia's. */
  readonly terminal: CommandLine;
  readonly people = new Map<string, Visitor>();
  readonly #installation: Installation;
  readonly #browser: Browser;
  readonly #onLooker: OnLooker;

  constructor(installation: Installation, browser: Browser, onLooker: OnLooker = {}) {
    this.#installation = installation;
    this.#browser = browser;
    this.#onLooker = onLooker;
    this.terminal = new CommandLine(installation, "olivia");
  }

  /** With the one-time link of that person. */
  async enrol(name: string, width = 1280): Promise<void> {
    const invited = this.#installation.people().find((it) => it.name.startsWith(name));
    const person = await visitor(this.#browser, { width });
    this.people.set(name, person);
    await this.#onLooker.comes?.(name, person);
    const { page } = person;
    await page.goto(invited?.enrolmentLink ?? "");
    await page.getByRole("button", { name: "Create the key" }).click();
    await this.#readyToSign(person, `1-${name}-enrols`);
    await this.#sign(person);
    await this.#hasSigned(person, `1-${name}-signed`);
  }

  async login(): Promise<Running> {
    const olivia = this.#at("Olivia");
    const login = this.terminal.start(
      ["login", "--url", this.#installation.deskOrigin, "--label", "Olivia's laptop"],
      // Says which program opens a link: here one that opens nothing.
      { env: { BROWSER: "true" } },
    );
    const [link] = await login.until(LOGIN_LINK);
    await olivia.page.goto(link);
    await olivia.page.getByRole("button", { name: "Touch your key" }).click();
    await olivia.page.getByRole("button", { name: "Show me what I sign" }).click();
    await this.#readyToSign(olivia, "2-Olivia-enrols-her-laptop");
    await this.#sign(olivia);
    await login.ended;
    return login;
  }

  /** A password of a database with personal data, through standard input. */
  async register(name: string, value: string): Promise<Running> {
    const olivia = this.#at("Olivia");
    const what = ["--type", "database-credential", "--category", "database-user"];
    const whose = ["--owner", "payments-team", "--service", "payments"];
    const guarded = ["--classification", "pii", "--tier", "high", "--rotation-days", "30"];
    const registering = this.terminal.start(
      ["register", name, ...what, ...whose, ...guarded, "--stdin"],
      { input: value },
    );
    await olivia.page.goto((await registering.until(DESK_LINK))[0]);
    await this.#readyToSign(olivia, "3-Olivia-registers");
    await this.#sign(olivia);
    await registering.ended;
    return registering;
  }

  /** Olivia asks and signs. @returns the command, which waits for the others, and the words on her page */
  async ask(name: string): Promise<{ asking: Running; words: string[] }> {
    const olivia = this.#at("Olivia");
    const why = ["--why", "Restoring the failed payouts of this morning", "--ticket", "PAY-1412"];
    const asking = this.terminal.start(["request", name, ...why]);
    await olivia.page.goto((await asking.until(DESK_LINK))[0]);
    await this.#readyToSign(olivia, "4-Olivia-asks");
    const words = await olivia.page
      .getByRole("group", { name: /four words/ })
      .getByRole("listitem")
      .allInnerTexts();
    await this.#sign(olivia);
    return { asking, words };
  }

  /** From the inbox of the desk. */
  async approve(name: string): Promise<void> {
    const approver = this.#at(name);
    const { page } = approver;
    await page.goto(this.#installation.deskOrigin);
    await page.getByRole("button", { name: "Touch your key" }).click();
    await page.getByRole("heading", { name: /waits for you/ }).waitFor();
    await this.#sees(`5-${name}-inbox`, approver);
    await page
      .getByRole("link", { name: /payments/ })
      .first()
      .click();
    await page.getByRole("button", { name: "Approve" }).click();
    await this.#readyToSign(approver, `6-${name}-approves`);
    await this.#sign(approver);
    await this.#hasSigned(approver, `7-${name}-signed`);
  }

  #at(name: string): Visitor {
    const found = this.people.get(name);
    if (found === undefined) throw new Error(`${name} is not here`);
    return found;
  }

  async #readyToSign(person: Visitor, moment: string): Promise<void> {
    await signButton(person).waitFor();
    await this.#sees(moment, person);
  }

  async #sign(person: Visitor): Promise<void> {
    await signButton(person).click();
  }

  async #hasSigned(person: Visitor, moment: string): Promise<void> {
    await person.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    await this.#sees(moment, person);
  }

  async #sees(moment: string, person: Visitor): Promise<void> {
    await this.#onLooker.sees?.(moment, person);
  }
}

function signButton({ page }: Visitor) {
  return page.getByRole("button", { name: "Sign", exact: true });
}
