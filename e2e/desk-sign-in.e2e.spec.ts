import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  approval,
  path,
  sam,
  settle,
  signButton,
  startDesk,
  stopDesk,
  violations,
  world,
} from "./desk/desk-bench.ts";
import { type Made, SAM, signInStatement } from "./desk/statements.ts";
import { armed } from "./desk/states.ts";

/** Stands where the console would: says on each page which it is. */
let console_: Server;

beforeAll(async () => {
  console_ = createServer((request, response) => {
    response.setHeader("content-type", "text/html").end(`<title>console ${request.url}</title>`);
  });
  await new Promise<void>((done) => console_.listen(0, "127.0.0.1", done));
  await startDesk();
  world.console = `http://console.localhost:${(console_.address() as AddressInfo).port}`; // listening on TCP
});
afterAll(async () => {
  await stopDesk();
  console_?.close();
});
afterEach(settle);

const openDraft = async (made: Made, back: string) =>
  sam.page.goto(path(`/d/${world.draft(made, SAM)}?return=${encodeURIComponent(back)}`));

describe("the desk, reached from the console", () => {
  it("ID-1 shows whose account opens which session, and goes back by itself once that is signed", async () => {
    await openDraft(await signInStatement(SAM), "/requests?tab=mine");
    const heading = await sam.page.getByRole("heading", { level: 1 }).textContent();
    expect(heading).toBe("Sam Okafor signs in to the console");
    await sam.page.getByText("https://idp.acme.example sam").waitFor();
    await sam.page.getByText("The four words of this statement:").waitFor();
    await armed(sam);
    await signButton().click();
    await sam.page.waitForURL(`${world.console}/requests?tab=mine`);
    expect(await sam.page.title()).toBe("console /requests?tab=mine");
    expect(violations()).toEqual([]);
  });

  it("offers the way back after any other signature, and goes there only when asked", async () => {
    await openDraft((await approval()).made, "/requests");
    await armed(sam);
    await signButton().click();
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    const back = sam.page.getByRole("link", { name: "Back to the console" });
    expect(await back.getAttribute("href")).toBe(`${world.console}/requests`);
    expect(violations()).toEqual([]);
    await back.click();
    await sam.page.waitForURL(`${world.console}/requests`);
  });

  it("offers the way back where the person declines to sign in", async () => {
    await openDraft(await signInStatement(SAM), "/");
    await sam.page.getByRole("button", { name: "Do not sign" }).click();
    await sam.page.getByRole("heading", { name: "Not signed" }).waitFor();
    const back = sam.page.getByRole("link", { name: "Back to the console" });
    expect(await back.getAttribute("href")).toBe(`${world.console}/`);
  });

  it.each([
    "//evil.example",
    "https://evil.example/requests",
    "/api/auth/signout",
    "/requests/../api",
  ])("leads nowhere else, whatever the link says: %s", async (back) => {
    await openDraft(await signInStatement(SAM), back);
    await sam.page.getByRole("button", { name: "Do not sign" }).click();
    await sam.page.getByRole("heading", { name: "Not signed" }).waitFor();
    expect(await sam.page.getByRole("link", { name: "Back to the console" }).count()).toBe(0);
    expect(await sam.page.getByRole("link", { name: "See what waits for you" }).count()).toBe(1);
  });

  it("signs all the same where the way back cannot be learnt", async () => {
    world.refuseNext.set("/desk/v1/return", { code: "unavailable", message: "Not now." });
    await openDraft(await signInStatement(SAM), "/requests");
    await armed(sam);
    await signButton().click();
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
  });
});
