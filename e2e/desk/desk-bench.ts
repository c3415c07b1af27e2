import type { Browser } from "playwright-core";
import { expect } from "vitest";
import { launchChromium, type Visitor, visitor } from "../../tests/support/browser.ts";
import { buildPage } from "./build-page.ts";
import { DeskWorld } from "./desk-world.ts";
import { decisionStatement, type Made, requestStatement, SAM } from "./statements.ts";
import { enrolSam, type Scene } from "./states.ts";

/*
 * The desk page in a real Chromium with a virtual security key, against the real listener. Everything that
 * the key signs is verified as the key service verifies it; in place of the ledger stands a counter.
 */

export let browser: Browser;
let directory: string;
export let world: DeskWorld;
let stop: () => Promise<void>;
export let sam: Visitor;
export let scene: Scene;

/** Starts the desk, a browser, and enrols Sam in it; call in `beforeAll`. */
export async function startDesk(): Promise<void> {
  [browser, directory] = await Promise.all([launchChromium(), buildPage()]);
  world = new DeskWorld();
  ({ stop } = await world.start(directory));
  sam = await visitor(browser);
  scene = { world, visitor: sam };
  await enrolSam(scene);
}
export async function stopDesk(): Promise<void> {
  await browser?.close();
  await stop?.();
}
/** Call in `afterEach`. */
export function settle(): void {
  world.tamper.clear();
  world.refuseNext.clear();
  world.held.clear();
  sam.complaints.length = 0;
  expect(world.faults.splice(0)).toEqual([]);
}

export const signButton = () => sam.page.getByRole("button", { name: "Sign", exact: true });
export const signed = () => world.signed.length;
export const path = (to: string) => world.origin + to;

export async function approval(): Promise<{ about: Made; made: Made }> {
  const about = await requestStatement();
  return { about, made: await decisionStatement({ kind: "approve", by: SAM, about }) };
}
export async function openDraft(made: Made): Promise<void> {
  await sam.page.goto(path(`/d/${world.draft(made, SAM)}`));
}

/** What Chromium itself writes to the console for an answer that is a refusal. */
const REFUSAL_NOISE =
  /^Failed to load resource: (the server responded with a status of 4\d\d|net::ERR_FAILED)/;
export const violations = () => sam.complaints.filter((it) => !REFUSAL_NOISE.test(it));
