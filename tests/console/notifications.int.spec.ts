import { draftId } from "@countersign/protocol/ids";
import { addSeconds } from "@countersign/protocol/instants";
import { tenantId } from "@countersign/protocol/names";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KeyServiceClient } from "../../server/console/key-service-client/key-service-client.ts";
import { forgetOld } from "../../server/console/notifications/application/forget-old.ts";
import { lookForNews } from "../../server/console/notifications/application/look-for-news.ts";
import {
  type Sending,
  sendWhatIsDue,
} from "../../server/console/notifications/application/send-what-is-due.ts";
import {
  CHANNELS,
  DeliveryQueue,
  readBacklog,
} from "../../server/console/notifications/infrastructure/delivery-queue.ts";
import { smtpChannel } from "../../server/console/notifications/infrastructure/smtp.ts";
import { webhookChannel } from "../../server/console/notifications/infrastructure/webhook.ts";
import type { ConsoleParts } from "../../server/console/trpc/context.ts";
import { consoleCall } from "../support/console.ts";
import { type Caller, type ConsoleWorld, startConsoleWorld } from "../support/console-world.ts";
import { type MailServer, startMailServer, wordsOf } from "../support/mail-server.ts";
import { ask, askAndApprove, register, SECRET } from "../support/story.ts";
import { startWebhookServer } from "../support/webhook-server.ts";

const ACME = tenantId.parse("acme");
const ORIGIN = "https://console.example.com";
const WEBHOOK_SECRET = "shared-with-the-receiver-0123456789";
const REASON = "Restoring the failed payouts of this morning";

/* The whole way on real parts: key service, projections, database, a mail server and a webhook that listen. */
describe("people are told of what waits for them", () => {
  let world: ConsoleWorld;
  let mail: MailServer;
  let hook: Awaited<ReturnType<typeof startWebhookServer>>;
  let parts: ConsoleParts;
  let sending: Sending;
  let sam: Caller;
  let olivia: Caller;
  let laterSeconds = 0;

  beforeAll(async () => {
    [world, mail, hook] = await Promise.all([
      startConsoleWorld(),
      startMailServer(),
      startWebhookServer({ secret: WEBHOOK_SECRET }),
    ]);
    parts = {
      ...world.parts,
      now: () => addSeconds(world.parts.now(), laterSeconds),
      mailDomains: ["example.com"],
      hasWebhook: true,
    };
    const webhook = {
      url: hook.url,
      secret: WEBHOOK_SECRET,
      isPrivateAllowed: true,
      authorities: null,
    };
    sending = {
      parts,
      origin: ORIGIN,
      channels: {
        mail: smtpChannel({
          url: mail.url,
          from: "countersign@example.com",
          domains: [],
          authorities: null,
        }),
        webhook: webhookChannel(webhook, Date.now),
      },
    };
    const mine = { mailDomains: parts.mailDomains, hasWebhook: true };
    sam = world.as(await world.signIn(world.cast.sam), { parts: mine });
    olivia = world.as(await world.signIn(world.cast.olivia), { parts: mine });
    await world.signIn(world.cast.priya);
    await register(world.cast);
    await world.settled();
    await look();
  });
  afterAll(async () => {
    await Promise.all([mail?.stop(), hook?.stop()]);
    await world?.stop();
  });

  async function look(): Promise<void> {
    await world.settled();
    while (await lookForNews(parts, ACME));
  }
  /** All that is due. @returns how many were looked at */
  const send = async () => {
    let count = 0;
    for (const channel of CHANNELS)
      for (let some = 1; some > 0; count += some)
        some = await sendWhatIsDue(sending, ACME, channel);
    return count;
  };
  const backlog = () => parts.database.withTenant(ACME, readBacklog);
  const dropRest = async () => {
    const queue = new DeliveryQueue(parts.database, ACME);
    for (const it of await claimAll(queue, addSeconds(parts.now(), 10_000)))
      await queue.dropped(it);
  };
  const claimAll = async (queue: DeliveryQueue, now = parts.now()) => {
    const all = [];
    for (const channel of CHANNELS)
      for (;;) {
        const some = await queue.claim(channel, now);
        if (some.length === 0) break;
        all.push(...some);
      }
    return all;
  };

  it("JIT-1 L41 whoever can sign a request is told, nobody else, and once however often it is looked at", async () => {
    const asked = await ask(world.cast);
    await look();
    await look();
    const [first] = (await sam.notifications.list({})).rows;
    expect(first).toMatchObject({ kind: "waits", seenAt: null });
    expect(first?.request.proposal).toBe(asked.proposal);
    expect((await sam.notifications.list({})).rows).toHaveLength(1);
    expect((await olivia.notifications.list({})).rows).toEqual([]);
    expect(await sam.notifications.unseen()).toEqual({ count: 1 });
    const { told } = await sam.requests.detail({ proposal: asked.proposal });
    // Theo is a service admin: the chain takes him as well. Olivia asked, and Eve has no role.
    const names = told.map((it) => it.person.name).sort();
    expect(names).toEqual(["Priya Nair", "Sam Okafor", "Theo Brandt"]);
    await sam.notifications.markSeen({ until: parts.now() });
    expect(await sam.notifications.unseen()).toEqual({ count: 0 });
    await dropRest();
  });

  it("LEAK-2 DEL-7 a mail has a link, and neither the secret's name nor the reason nor anything to press", async () => {
    await sam.notifications.setMail({ address: "sam@example.com", wanted: true });
    const asked = await ask(world.cast);
    await look();
    await send();
    await send();
    expect(mail.mails).toHaveLength(1);
    const [sent] = mail.mails;
    expect(sent).toMatchObject({ from: "countersign@example.com", to: ["sam@example.com"] });
    const text = sent === undefined ? "" : wordsOf(sent);
    expect(text).toContain(`${ORIGIN}/requests/${asked.proposal}`);
    expect(text).toContain("Subject: Countersign: something waits for your signature");
    expect(text).toContain("Content-Type: text/plain");
    for (const hidden of [SECRET, REASON, "PAY-1412", "<a ", "multipart"])
      expect(text).not.toContain(hidden);
    const { told } = await sam.requests.detail({ proposal: asked.proposal });
    const way = told.find((it) => it.person.name === world.cast.sam.name);
    expect(way?.mail).toBe("sent");
  });

  it("AUD-1 the webhook is called once of each proposal, and tells ids and no names", async () => {
    const [call] = hook.received;
    expect(hook.received).toHaveLength(1);
    const body: unknown = JSON.parse(call?.body ?? "");
    expect(body).toMatchObject({ type: "proposal.waits", tenant: "acme", status: "pending" });
    for (const hidden of [SECRET, REASON, "Olivia"]) expect(call?.body).not.toContain(hidden);
  });

  it("L37 what fails is tried again later and later, told on Status, and sent when the other side is back", async () => {
    mail.refuseWith("451 later: sam@example.com is full");
    hook.answers.push(
      { status: 503 },
      { status: 302, location: `http://127.0.0.1:${hook.port}/else` },
    );
    const before = { mails: mail.mails.length, calls: hook.received.length };
    await ask(world.cast);
    await look();
    for (const waitSeconds of [0, 11, 21]) {
      laterSeconds += waitSeconds;
      expect(await send()).toBeGreaterThan(0);
      expect(await send()).toBe(0);
    }
    expect(await backlog()).toEqual({
      queued: 1,
      failing: 1,
      trouble: "the mail server answered 451",
    });
    // 503, then the redirect that was not followed, then taken.
    expect(hook.received.slice(before.calls).map((it) => it.path)).toEqual([
      "/hook",
      "/hook",
      "/hook",
    ]);
    mail.refuseWith(null);
    laterSeconds += 41;
    await send();
    expect(mail.mails).toHaveLength(before.mails + 1);
    expect(await backlog()).toEqual({ queued: 0, failing: 0, trouble: null });
  });

  it("L16 a webhook at a private address is refused where none is configured, by number and by name", async () => {
    const message = {
      kind: "waits",
      proposed: "request",
      by: "Olivia",
      decideBy: parts.now(),
      status: "pending",
      link: ORIGIN,
      tenant: "acme",
      proposal: "x",
      waitsFor: [],
      address: null,
    } as const;
    const before = hook.received.length;
    for (const host of ["127.0.0.1", "localhost"]) {
      const url = `http://${host}:${hook.port}/hook`;
      const channel = webhookChannel(
        { url, secret: WEBHOOK_SECRET, isPrivateAllowed: false, authorities: null },
        Date.now,
      );
      expect(await channel.send(message)).toEqual({
        ok: false,
        trouble: "the webhook lies at a private address",
      });
    }
    expect(hook.received).toHaveLength(before);
  });

  it("L30 mail goes to the domains that are named, to one address, and nowhere where none is named", async () => {
    for (const address of ["sam@elsewhere.example", "sam@sub.example.com"]) {
      await expect(sam.notifications.setMail({ address, wanted: true })).rejects.toThrow(
        "addresses of example.com only",
      );
    }
    const nowhere = world.as(await world.signIn(world.cast.sam));
    await expect(
      nowhere.notifications.setMail({ address: "sam@example.com", wanted: true }),
    ).rejects.toThrow("sends no mail");
  });

  it("JIT-1 whoever asked is told what became of it; who was to sign what is over gets no mail any more", async () => {
    const before = mail.mails.length;
    const asked = await ask(world.cast);
    await look();
    for (const approver of [world.cast.sam, world.cast.priya])
      await approver.decide(asked.proposal, "approve");
    await look();
    await send();
    expect(mail.mails).toHaveLength(before);
    const [notice] = (await olivia.notifications.list({})).rows;
    expect(notice).toMatchObject({ kind: "decided", request: { status: "approved" } });
    expect(notice?.request.proposal).toBe(asked.proposal);
  });

  it("two consoles never send the same message at once, and one that dies loses none", async () => {
    await dropRest();
    await ask(world.cast);
    await look();
    const queues = [0, 1, 2].map(() => new DeliveryQueue(parts.database, ACME));
    const claims = (await Promise.all(queues.map((it) => claimAll(it)))).flat();
    const keys = claims.map((it) => `${it.channel} ${it.recipient} ${it.proposal}`);
    expect(keys.length).toBeGreaterThan(1);
    expect(new Set(keys).size).toBe(keys.length);
    const [queue] = queues;
    if (queue === undefined) throw new Error("there are three");
    expect(await claimAll(queue)).toEqual([]);
    laterSeconds += 121;
    expect(await claimAll(queue)).toHaveLength(keys.length);
  });

  it("nothing is lost while the key service does not answer: it goes on where it stopped", async () => {
    const asked = await askAndApprove(world.cast);
    const next = await ask(world.cast);
    await world.settled();
    const silent: ConsoleParts = {
      ...parts,
      keyService: new KeyServiceClient({
        socket: `${world.installation.rpcSocket}.nobody`,
        credential: world.installation.consoleCredential,
      }),
    };
    expect(await lookForNews(silent, ACME)).toBe(false);
    const has = async (proposal: string) =>
      (await sam.notifications.list({})).rows.some((it) => it.request.proposal === proposal);
    expect(await has(next.proposal)).toBe(false);
    await look();
    expect(await has(next.proposal)).toBe(true);
    // Over before anybody could be told: nobody was asked to sign it.
    expect(await has(asked.proposal)).toBe(false);
  });

  it("LEAK-2 what people were told is forgotten after 90 days, an address when its person is revoked, and nobody is told anew", async () => {
    const { sam: approver, eve } = world.cast;
    const address = { tenant: ACME, person: eve.person, address: "eve@example.com", wanted: true };
    await parts.database.writeAsTenant(ACME, (tx) => tx.mailSetting.create({ data: address }));
    const rows = () =>
      parts.database.withTenant(ACME, async (tx) => ({
        notices: await tx.notice.count(),
        deliveries: await tx.delivery.count(),
        addresses: (await tx.mailSetting.findMany()).map((it) => it.person).sort(),
      }));
    const before = await rows();
    expect(before.notices).toBeGreaterThan(5);
    expect(before.deliveries).toBeGreaterThan(3);
    expect(before.addresses).toEqual([approver.person, eve.person].sort());
    laterSeconds += 89 * 86_400;
    await forgetOld(parts, ACME);
    expect(await rows()).toEqual(before);

    const subject = { type: "person", person: eve.person } as const;
    const drafted = await consoleCall(world.installation, "/console/v1/drafts", {
      tenant: ACME,
      person: approver.person,
      act: { act: "revoke", subject, reason: "Has left the company" },
    });
    await approver.mustSign([draftId.parse(drafted.json.draft)]);
    await world.settled();
    laterSeconds += 5 * 86_400;
    await forgetOld(parts, ACME);
    expect(await rows()).toEqual({ notices: 0, deliveries: 0, addresses: [approver.person] });
    await look();
    expect(await rows()).toMatchObject({ notices: 0, deliveries: 0 });
  });
});
