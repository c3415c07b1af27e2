import { createServer } from "node:http";
import { asDigest, digestBytes } from "@countersign/protocol/digest";
import { digestWords } from "@countersign/protocol/words";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { safeNext } from "../server/key-service/desk/page/safe-next.ts";
import { visitor } from "../tests/support/browser.ts";
import {
  browser,
  openDraft,
  path,
  sam,
  scene,
  settle,
  signButton,
  startDesk,
  stopDesk,
  violations,
  world,
} from "./desk/desk-bench.ts";
import { enrolDeviceStatement, requestStatement, SAM } from "./desk/statements.ts";
import { armed, enrolSam, LOGIN, STATES, signIn, signOut, TOKEN } from "./desk/states.ts";

beforeAll(startDesk);
afterAll(stopDesk);
afterEach(settle);

describe("keys and devices", () => {
  it("ID-1 enrols a further key, which the first one vouches for", async () => {
    const before = world.hardware.keys.size;
    await signIn(scene);
    await sam.page.goto(path("/enrol"));
    const { authenticatorId } = await sam.cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        ctap2Version: "ctap2_1",
        transport: "nfc",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    // The person touches the new one, not the one that is plugged in beside it.
    const touched = (enabled: boolean) =>
      sam.cdp.send("WebAuthn.setAutomaticPresenceSimulation", {
        authenticatorId: sam.authenticatorId,
        enabled,
      });
    await touched(false);
    await sam.page.getByRole("button", { name: "Create the key" }).click();
    await armed(sam);
    await touched(true);
    await sam.page.getByText("A key that was enrolled before vouches for it.").waitFor();
    await sam.cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
    await signButton().click();
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    expect(world.hardware.keys.size).toBe(before + 1);
  });

  it("does not leave the token of the enrolment link in the history", async () => {
    const nobody = await visitor(browser);
    await enrolSam({ world, visitor: nobody });
    await nobody.page.goBack();
    expect(nobody.page.url()).not.toContain(TOKEN);
    await nobody.context.close();
  });

  it("ID-1 brings the terminal its code over 127.0.0.1 after signing, in the same tab", async () => {
    const got: string[] = [];
    const terminal = createServer((request, response) => {
      got.push(request.url ?? "");
      response
        .setHeader("content-type", "text/html")
        .end("<!doctype html><title>done</title>You can close this page.");
    });
    await new Promise<void>((resolve) => terminal.listen(0, "127.0.0.1", resolve));
    const address = terminal.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    world.logins.set(LOGIN, { label: "Sam's desktop", word: null, port });
    await signIn(scene);
    await sam.page.goto(path(`/login/${LOGIN}`));
    await sam.page.getByRole("button", { name: "Show me what I sign" }).click();
    await armed(sam);
    await signButton().click();
    await sam.page.waitForURL(`http://127.0.0.1:${port}/callback?code=abc`);
    expect(got).toContain("/callback?code=abc");
    await new Promise((resolve) => terminal.close(resolve));
  });

  it("ID-1 shows the words of the device's own key, as its terminal does", async () => {
    const made = await enrolDeviceStatement(SAM, "Sam's desktop");
    const { publicKey } = JSON.parse(Buffer.from(made.bytes).toString()).body;
    const words = digestWords(
      asDigest(await digestBytes("deviceKey", Buffer.from(publicKey, "base64url"))),
    );
    await openDraft(made);
    await sam.page
      .getByText("The terminal shows the same four words for this device's key:")
      .waitFor();
    expect(await sam.page.locator(".words li").allTextContents()).toEqual([...words]);
  });

  it("L4 takes the typed word from the terminal, and tells a wrong one", async () => {
    await STATES["a wrong word"](scene);
    await sam.page.getByLabel(/third of the four words/).fill(" Lantern ");
    await sam.page.keyboard.press("Enter");
    await armed(sam);
    await sam.page.getByRole("heading", { name: /enrols the device “build-host-7”/ }).waitFor();
  });

  it.each([
    ["/", "/"],
    ["/r/r-00", "/r/r-00"],
    ["http://127.0.0.1:8123/callback?code=a_-b", "http://127.0.0.1:8123/callback?code=a_-b"],
    ["//evil.test", null],
    ["/\\evil.test", null],
    ["/\t/evil.test", null],
    ["https://evil.test/", null],
    ["http://127.0.0.1@evil.test/", null],
    ["http://127.0.0.1:80/", null],
    ["http://127.0.0.1:99999/", null],
    ["http://127.0.0.1.evil.test:8123/", null],
    ["http://localhost:8123/", null],
    ["http://[::1]:8123/", null],
    ["https://127.0.0.1:8123/", null],
    ["javascript:alert(1)", null],
    ["data:text/html,x", null],
    ["", null],
    [null, null],
  ])("goes on to %j as %j", (next, expected) => {
    expect(safeNext(next)).toBe(expected);
  });

  it("does not follow an answer elsewhere", async () => {
    world.tamper.set("/desk/v1/drafts/sign", (output: object) => ({
      ...output,
      next: "https://evil.test/",
    }));
    await openDraft(await enrolDeviceStatement(SAM, "Sam's desktop"));
    await armed(sam);
    await signButton().click();
    await sam.page.getByRole("heading", { name: "Signed", exact: true }).waitFor();
    expect(await sam.page.getByRole("link", { name: "Go on" }).count()).toBe(0);
    expect(sam.page.url()).toContain(world.origin);
  });
});

describe("a hostile page", () => {
  it("BROWSER-1 text in a statement is text: markup from an opening does nothing", async () => {
    const why = '<img src=x onerror="window.stolen=1"><script>window.stolen=1</script>';
    await openDraft(await requestStatement({ why, ticket: "javascript:alert(1)" }));
    await sam.page.getByText(why).waitFor();
    expect(await sam.page.evaluate(() => "stolen" in window)).toBe(false);
    expect(await sam.page.locator("main img, main script").count()).toBe(0);
    expect(violations()).toEqual([]);
  });

  it("BROWSER-1 runs no script but its own: inline, added, evaluated or written", async () => {
    await sam.page.goto(path("/"));
    await sam.page.getByRole("heading", { level: 1 }).waitFor();
    const ran = await sam.page.evaluate(() => {
      const tries: Record<string, () => void> = {
        inline: () => {
          const script = document.createElement("script");
          script.append("window.ran = 1");
          document.head.append(script);
        },
        html: () => {
          document.body.innerHTML += "<b>x</b>";
        },
        handler: () => document.body.setAttribute("onclick", "window.ran = 1"),
      };
      return Object.entries(tries).flatMap(([name, attempt]) => {
        try {
          attempt();
          document.body.click();
        } catch {
          return [];
        }
        return "ran" in window ? [name] : [];
      });
    });
    expect(ran).toEqual([]);
    expect(await sam.page.locator("body > b").count()).toBe(0);
  });

  it("cannot frame the desk, from anywhere", async () => {
    const other = await visitor(browser);
    const framer = createServer((_, response) => {
      response
        .setHeader("content-type", "text/html")
        .end(`<!doctype html><title>f</title><iframe src="${world.origin}/"></iframe>`);
    });
    await new Promise<void>((resolve) => framer.listen(0, "127.0.0.1", resolve));
    const address = framer.address();
    await other.page.goto(`http://localhost:${typeof address === "object" ? address?.port : 0}/`);
    await expect.poll(() => other.complaints.join("\n")).toContain("frame-ancestors");
    const framed = other.page.frames()[1];
    expect(await framed?.locator("main").count()).toBe(0);
    await other.context.close();
    await new Promise((resolve) => framer.close(resolve));
  });

  it("of another origin cannot call the desk, read it, or use its keys", async () => {
    const other = await visitor(browser);
    const elsewhere = createServer((_, response) => {
      response.setHeader("content-type", "text/html").end("<!doctype html><title>console</title>");
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const address = elsewhere.address();
    await other.page.goto(`http://localhost:${typeof address === "object" ? address?.port : 0}/`);
    const draft = world.draft(await requestStatement(), SAM);
    const results = await other.page.evaluate(
      async ([origin, id]) => {
        const body = JSON.stringify({ drafts: [id] });
        const attempt = async (init: RequestInit) =>
          fetch(`${origin}/desk/v1/drafts/decline`, { method: "POST", body, ...init }).then(
            (answer) => `${answer.type} ${answer.status}`,
            () => "blocked",
          );
        const key = await navigator.credentials
          .get({ publicKey: { challenge: new Uint8Array(32), rpId: "desk.localhost" } })
          .then(
            () => "got",
            (error: Error) => error.name,
          );
        return [
          await attempt({
            headers: { "Content-Type": "application/json" },
            credentials: "include",
          }),
          await attempt({
            mode: "no-cors",
            headers: { "Content-Type": "text/plain" },
            credentials: "include",
          }),
          key,
        ];
      },
      [world.origin, draft] as const,
    );
    expect(results).toEqual([
      "blocked",
      expect.stringMatching(/blocked|opaque 0/),
      "SecurityError",
    ]);
    expect(world.drafts.get(draft)?.state).toBe("open");
    await other.context.close();
    await new Promise((resolve) => elsewhere.close(resolve));
  });

  it("keeps nothing in the browser but who touched a key", async () => {
    await signOut(scene);
    await signIn(scene);
    const kept = await sam.page.evaluate(() => ({
      local: { ...localStorage },
      session: { ...sessionStorage },
      cookie: document.cookie,
    }));
    expect(kept).toEqual({
      local: {},
      session: { "countersign-desk-person": expect.stringContaining(SAM.person) },
      cookie: "",
    });
  });
});
