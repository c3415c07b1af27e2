import type { Browser, Page } from "playwright-core";
import { counterNow, type KeptKey } from "../seed/hardware-key.ts";

export type Stage = {
  readonly browser: Browser;
  readonly consoleOrigin: string;
  readonly deskOrigin: string;
};

const WIDTH = 1280;
const HEIGHT = 900;
const NARROW = { width: 360, height: 780 };
const PATIENCE_MS = 20_000;

/** A colleague in a browser of their own, with their hardware key in it. */
export class Actor {
  readonly name: string;
  readonly page: Page;
  readonly #stage: Stage;
  readonly #received: string[];

  private constructor(stage: Stage, name: string, page: Page, received: string[]) {
    this.#stage = stage;
    this.name = name;
    this.page = page;
    this.#received = received;
  }

  static async enter(stage: Stage, key: KeptKey & { readonly name: string }): Promise<Actor> {
    const context = await stage.browser.newContext({
      viewport: { width: WIDTH, height: HEIGHT },
      colorScheme: "light",
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const received: string[] = [];
    page.on("response", (response) => {
      // A body that is gone with its page was read by nobody either.
      response.text().then(
        (text) => received.push(text),
        () => {},
      );
    });
    const cdp = await context.newCDPSession(page);
    await cdp.send("WebAuthn.enable", { enableUI: false });
    const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        ctap2Version: "ctap2_1",
        transport: "usb",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    await cdp.send("WebAuthn.addCredential", {
      authenticatorId,
      credential: {
        credentialId: toBase64(key.credentialId),
        isResidentCredential: true,
        rpId: new URL(stage.deskOrigin).hostname,
        privateKey: toBase64(key.privateKey),
        userHandle: toBase64(key.userHandle),
        signCount: counterNow(),
      },
    });
    return new Actor(stage, key.name, page, received);
  }

  /** Over the identity provider and the desk, to this page of the console. */
  async signIn(path: string): Promise<void> {
    const { page } = this;
    await page.goto(this.#stage.consoleOrigin + path);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("button", { name: new RegExp(this.name) }).click();
    await this.sign();
    await page.waitForURL((at) => at.origin === this.#stage.consoleOrigin);
    await this.settle();
  }

  /** Opens a page of the console. */
  async open(path: string, heading: string | RegExp): Promise<void> {
    await this.page.goto(this.#stage.consoleOrigin + path);
    await this.page.getByRole("heading", { name: heading }).first().waitFor();
    await this.settle();
  }

  async settle(): Promise<void> {
    await this.page.waitForLoadState("networkidle");
  }

  /** At the desk: what is to be signed is on the page, and the key is touched. */
  async sign(): Promise<void> {
    await this.readyToSign();
    await this.page.getByRole("button", { name: "Sign", exact: true }).click();
  }

  async readyToSign(): Promise<void> {
    await this.page.getByRole("button", { name: "Sign", exact: true }).waitFor();
  }

  /** As on a telephone, until `wide`. */
  narrow(): Promise<void> {
    return this.page.setViewportSize(NARROW);
  }

  wide(): Promise<void> {
    return this.page.setViewportSize({ width: WIDTH, height: HEIGHT });
  }

  /** Whether any answer that this browser got holds the text. */
  hasReceived(text: string): boolean {
    return this.#received.some((it) => it.includes(text));
  }
}

/** The protocol of the browser's developer tools wants base64. */
function toBase64(base64url: string): string {
  return Buffer.from(base64url, "base64url").toString("base64");
}
