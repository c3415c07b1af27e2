import {
  type Browser,
  type BrowserContext,
  type CDPSession,
  chromium,
  type Page,
} from "playwright-core";
import { findChromium } from "../../scripts/lib/test-tools.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @param flags beside those that keep it quiet */
export async function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium();
  return chromium.launch({ args: [...FLAGS, ...flags], ...(executablePath && { executablePath }) });
}

export type Visitor = {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly cdp: CDPSession;
  /** Console errors and warnings, and violations of the Content-Security-Policy. */
  readonly complaints: string[];
  readonly authenticatorId: string;
};

/** A browser of its own with one security key in it. */
export async function visitor(
  browser: Browser,
  of: { width?: number; dark?: boolean; scale?: number } = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: of.width ?? 1280, height: 900 },
    colorScheme: of.dark === true ? "dark" : "light",
    deviceScaleFactor: of.scale ?? 1,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    complaints.push([message.text(), message.location().url].join(" ").trim());
  });
  page.on("pageerror", (error) => complaints.push(`page error: ${error.message}`));
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
  return { context, page, cdp, complaints, authenticatorId };
}
