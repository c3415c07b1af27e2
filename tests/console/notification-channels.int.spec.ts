import { once } from "node:events";
import { createServer } from "node:net";
import { instant } from "@countersign/protocol/instants";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createAuthority, type Issued, issueServer } from "../../scripts/lib/development-ca.mjs";
import { freePort } from "../../scripts/lib/free-port.mjs";
import type { NotificationsConfig } from "../../server/config/notifications-config.ts";
import type { Outgoing } from "../../server/console/notifications/infrastructure/channel.ts";
import { smtpChannel } from "../../server/console/notifications/infrastructure/smtp.ts";
import { webhookChannel } from "../../server/console/notifications/infrastructure/webhook.ts";
import {
  type MailServer,
  type MailServerOptions,
  startMailServer,
} from "../support/mail-server.ts";
import { startWebhookServer } from "../support/webhook-server.ts";

const PASSWORD = "correct horse/battery@staple";
const LOGIN = { user: "countersign", password: PASSWORD };
const SECRET = "shared-with-the-receiver-0123456789";
const MESSAGE: Outgoing = {
  kind: "waits",
  proposed: "request",
  by: "Olivia Hart",
  decideBy: instant.parse("2026-03-01T08:00:00Z"),
  status: "pending",
  link: "https://console.example.com/requests/abc",
  tenant: "acme",
  proposal: "abc",
  waitsFor: [],
  address: "sam@example.com",
};
const UNTRUSTED = { ok: false, trouble: "the mail server's certificate is not one that we trust" };

/* The two ways out, to servers of others' making that speak TLS under an authority that the operator names. */
describe("messages leave only to the server that is meant", () => {
  let authority: Issued;
  let localhost: Issued;
  const running: { stop(): Promise<unknown> }[] = [];

  beforeAll(async () => {
    authority = await createAuthority("mail.test");
    localhost = await issueServer(authority, ["localhost"]);
  });
  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop();
  });
  afterAll(() => vi.useRealTimers());

  async function mailServer(of: MailServerOptions): Promise<MailServer> {
    const server = await startMailServer(of);
    running.push(server);
    return server;
  }
  const send = ({ url }: { readonly url: string }, authorities: readonly string[] | null) =>
    smtpChannel({ url, from: "countersign@example.com", domains: [], authorities }).send(MESSAGE);
  const withPassword = ({ port }: MailServer, scheme: string, password: string) => ({
    url: `${scheme}://countersign:${encodeURIComponent(password)}@localhost:${port}`,
  });

  it.each([
    ["implicit", "smtps"],
    ["starttls", "smtp"],
  ] as const)(
    "KEY-2 mail goes over TLS (%s) with our user name and password to the server whose authority is named",
    async (mode, scheme) => {
      const server = await mailServer({ tls: { mode, ...localhost }, login: LOGIN });
      const to = withPassword(server, scheme, PASSWORD);
      expect(await send(to, [authority.pem])).toEqual({ ok: true });
      expect(server.mails).toMatchObject([
        { to: ["sam@example.com"], isEncrypted: true, user: LOGIN.user },
      ]);
    },
  );

  it.each([
    ["implicit", "smtps"],
    ["starttls", "smtp"],
  ] as const)(
    "KEY-2 a server (%s) with a certificate of another authority, or for another host, hears no password",
    async (mode, scheme) => {
      const elsewhere = await issueServer(authority, ["mail.example.com"]);
      const other = await createAuthority("other.test");
      const cases = [
        [localhost, null],
        [localhost, [other.pem]],
        [elsewhere, [authority.pem]],
      ] as const;
      for (const [certificate, trusted] of cases) {
        const server = await mailServer({ tls: { mode, ...certificate }, login: LOGIN });
        expect(await send(withPassword(server, scheme, PASSWORD), trusted)).toEqual(UNTRUSTED);
        expect([server.logins, server.mails]).toEqual([[], []]);
      }
    },
  );

  it("KEY-2 a server that offers no TLS where it must hears neither password nor address", async () => {
    const server = await mailServer({});
    const answer = await send(withPassword(server, "smtp", PASSWORD), [authority.pem]);
    expect(answer).toEqual({ ok: false, trouble: "the mail server makes no TLS connection" });
    expect([server.logins, server.mails]).toEqual([[], []]);
  });

  it("LEAK-2 a wrong password is told as such, and not told", async () => {
    const server = await mailServer({ tls: { mode: "implicit", ...localhost }, login: LOGIN });
    const answer = await send(withPassword(server, "smtps", "wrong-1234"), [authority.pem]);
    expect(answer).toEqual({
      ok: false,
      trouble: "the mail server does not take our user name and password (535)",
    });
    expect(server.logins).toEqual(["countersign:wrong-1234"]);
    expect(server.mails).toEqual([]);
  });

  it("L37 a server that drips on and on is given up after 25 seconds, and one that is not there at once", async () => {
    const drip = createServer((socket) => {
      socket.on("error", () => {});
      socket.write("220 drip.test\r\n");
      const dripping = setInterval(() => socket.write("250-and\r\n"), 1_000);
      socket.on("close", () => clearInterval(dripping));
    });
    const port = await freePort();
    await new Promise<void>((done) => drip.listen(port, "127.0.0.1", done));
    running.push({
      stop: () => new Promise((done) => drip.close(done)),
    });
    const connected = once(drip, "connection");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const answer = send({ url: `smtp://127.0.0.1:${port}` }, null);
    const [socket] = await connected;
    await once(socket, "data");
    await vi.advanceTimersByTimeAsync(25_000);
    expect(await answer).toEqual({ ok: false, trouble: "no mail server answered" });
    vi.useRealTimers();
    socket.destroy();
    const nobody = await send({ url: `smtp://127.0.0.1:${await freePort()}` }, null);
    expect(nobody).toEqual({ ok: false, trouble: "no mail server answered" });
  });

  const hook = (of: Partial<NonNullable<NotificationsConfig["webhook"]>> & { url: string }) =>
    webhookChannel(
      { secret: SECRET, isPrivateAllowed: true, authorities: [authority.pem], ...of },
      Date.now,
    ).send({ ...MESSAGE, address: null });
  const webhookServer = async (certificate = localhost) => {
    const server = await startWebhookServer({ tls: certificate, secret: SECRET });
    running.push(server);
    return server;
  };

  it("AUD-1 a webhook under TLS takes what is signed with the secret that it knows, and nothing else", async () => {
    const server = await webhookServer();
    expect(await hook({ url: server.url })).toEqual({ ok: true });
    expect(server.received).toHaveLength(1);
    const forged = await hook({ url: server.url, secret: "x".repeat(32) });
    expect(forged).toEqual({ ok: false, trouble: "the webhook answered 401" });
    const late = webhookChannel(
      { url: server.url, secret: SECRET, isPrivateAllowed: true, authorities: [authority.pem] },
      () => Date.now() - 600_000,
    );
    expect(await late.send(MESSAGE)).toEqual(forged);
    expect(server.received).toHaveLength(1);
  });

  it("KEY-2 a webhook whose certificate is of another authority, or for another host, is sent nothing", async () => {
    const elsewhere = await webhookServer(await issueServer(authority, ["hooks.example.com"]));
    const server = await webhookServer();
    const untrusted = {
      ok: false,
      trouble: "the webhook's certificate is not one that we trust",
    };
    expect(await hook({ url: elsewhere.url })).toEqual(untrusted);
    expect(await hook({ url: server.url, authorities: null })).toEqual(untrusted);
    expect([elsewhere.received, server.received]).toEqual([[], []]);
  });

  it("L16 a redirect is not followed, and a private address is not even connected to where none is allowed", async () => {
    const server = await webhookServer();
    server.answers.push({ status: 307, location: `https://localhost:${server.port}/elsewhere` });
    expect(await hook({ url: server.url })).toEqual({
      ok: false,
      trouble: "the webhook answered 307",
    });
    expect(server.received.map((it) => it.path)).toEqual(["/hook"]);
    const before = server.connections();
    for (const host of ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "2130706433"]) {
      const url = `https://${host}:${server.port}/hook`;
      expect([host, await hook({ url, isPrivateAllowed: false })]).toEqual([
        host,
        { ok: false, trouble: "the webhook lies at a private address" },
      ]);
    }
    expect(server.connections()).toBe(before);
  });
});
