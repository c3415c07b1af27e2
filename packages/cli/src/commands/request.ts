import type { StatementOf } from "@countersign/protocol/statement";
import { defineCommand } from "../command.ts";
import { type Context, openSession, type Session } from "../context.ts";
import {
  actFrom,
  type CheckedDraft,
  draftAct,
  draftDocument,
  showDraft,
} from "../drafts/draft-act.ts";
import { DESK_OPTIONS, openDesk } from "../drafts/sign-and-wait.ts";
import { stopUnlessDone, waitForPeople } from "../drafts/wait-for-people.ts";
import { removeEnded, removeRequest, writeRequest } from "../state/request-file.ts";
import { exitCodeOf, usage } from "../stop.ts";
import { parseDuration } from "../terminal/times.ts";
import { required, secretNameFrom, wholeNumberFrom } from "./secret-name.ts";

export const requestCommand = defineCommand({
  name: "request",
  summary: "Ask to use secrets: who must sign, then wait for them",
  usage: ["NAME… --why TEXT --ticket TEXT [--for 1h] [--uses N] [--from TIME]"],
  about: [
    "Drafts one request for all names, checks that the draft says exactly what you asked, and shows who must sign. You sign first, at the desk; the desk must show the same four words as this terminal. Then the others sign.",
    "Waiting only looks: Ctrl-C changes nothing, and `secrets get ID` goes on. Once approved, `secrets get` or `secrets exec` opens a value on this device, and only here.",
    "With --json, each step is one line: drafted, signed, line-signed, approved.",
  ],
  examples: [
    "secrets request payments/prod/postgres/app-password --why 'restore the March backup' --ticket OPS-42 --for 1h",
    "secrets request payments/prod/a/key payments/prod/b/key --why 'key rotation' --ticket SEC-7 --uses 2 --no-wait",
  ],
  options: {
    why: { type: "string", value: "TEXT", help: "What for; the people who sign read it" },
    ticket: { type: "string", value: "TEXT", help: "Where it is tracked" },
    for: { type: "string", value: "TIME", help: "How long, from 1m to 24h (1h)" },
    uses: { type: "string", value: "N", help: "Openings of each secret, 1 to 100 (1)" },
    from: { type: "string", value: "TIME", help: "From when: 2026-03-01T08:00:00Z, or +2h" },
    ...DESK_OPTIONS,
  },
  positionals: { min: 1, max: 20 },
  run: async (context, { values, positionals }) => {
    const secrets = positionals.map(secretNameFrom);
    if (new Set(secrets).size !== secrets.length) throw usage("A name stands there twice.");
    const durationSeconds = parseDuration(values.for ?? "1h");
    if (durationSeconds === null) throw usage("--for: a time like 30m, 1h or 2h30m.");
    const wanted = {
      act: "request",
      secrets,
      justification: required(values.why, "--why"),
      ticket: required(values.ticket, "--ticket"),
      notBefore: startFrom(values.from, context.now()),
      durationSeconds,
      maxUses: wholeNumberFrom(values.uses, "--uses", { min: 1, max: 100 }) ?? 1,
    };
    // Judged before anything is sent; the device is known only once the session is open.
    actFrom({ ...wanted, device: `d-${"0".repeat(26)}` });
    const session = await openSession(context);
    removeEnded(context.state, context.now());
    const drafted = await draftAct(
      context,
      session,
      actFrom({ ...wanted, device: session.login.device.device }),
    );
    const body = requestBody(drafted);
    remember(context, session, drafted, body);
    context.json(draftDocument(drafted));
    showDraft(context, context.out, drafted);
    if (values.open === true) openDesk(context, drafted.link);
    const resume = `secrets get ${body.request}`;
    if (values["no-wait"] === true) {
      context.out.line();
      context.out.line("Once it is signed:  ", { text: resume, style: "strong" });
      return exitCodeOf("waits-for-people");
    }
    return waitForRequest(context, session, { drafted, body, resume });
  },
});

async function waitForRequest(
  context: Context,
  session: Session,
  of: { drafted: CheckedDraft; body: StatementOf<"request">["body"]; resume: string },
): Promise<number> {
  const { drafted, body, resume } = of;
  context.out.line("Ctrl-C is harmless:  ", { text: resume, style: "strong" }, " goes on.");
  context.out.line();
  const outcome = await waitForPeople(context, session, {
    draft: drafted.draft,
    digest: drafted.opened.digest,
    lines: drafted.lines,
    candidates: drafted.candidates,
    channel: context.out,
    resume,
    isProposal: true,
  });
  if (outcome.status !== "done") removeRequest(context.state, body.request);
  stopUnlessDone(outcome, "secrets request asks again");
  await session.ledger.advance();
  context.json({
    event: "approved",
    request: body.request,
    index: outcome.index,
    expiresAt: body.expiresAt,
    secrets: body.secrets.map((it) => it.name),
  });
  context.out.line();
  context.out.line({ text: "● Approved", style: "good" }, `, until ${body.expiresAt}.`);
  for (const { name } of body.secrets) {
    context.out.line("  ", {
      text: body.secrets.length === 1 ? resume : `${resume} ${name}`,
      style: "strong",
    });
  }
  return 0;
}

function requestBody(drafted: CheckedDraft): StatementOf<"request">["body"] {
  const { statement } = drafted.opened;
  if (statement.kind !== "request") throw new TypeError("the draft was checked to be a request");
  return statement.body;
}

/** Before the link is shown: from then on the request goes on without this process. */
function remember(
  context: Context,
  session: Session,
  drafted: CheckedDraft,
  body: StatementOf<"request">["body"],
): void {
  const { statement, digest } = drafted.opened;
  writeRequest(context.state, {
    v: 1,
    origin: session.login.origin,
    request: body.request,
    draft: { id: drafted.draft, link: drafted.link, signBy: statement.signBy },
    proposal: digest,
    expiresAt: body.expiresAt,
    maxUses: body.maxUses,
    secrets: body.secrets.map(({ secret, name, version }) => ({ secret, name, version })),
    uses: {},
  });
}

function startFrom(text: string | undefined, nowMs: number): string | null {
  if (text === undefined) return null;
  if (!text.startsWith("+")) return text;
  const seconds = parseDuration(text.slice(1));
  if (seconds === null) throw usage("--from: a time like 2026-03-01T08:00:00Z, or +2h.");
  return `${new Date(nowMs + seconds * 1000).toISOString().slice(0, 19)}Z`;
}
