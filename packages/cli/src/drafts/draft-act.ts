import { type Act, act as actSchema } from "@countersign/protocol/acts";
import { fromBase64url } from "@countersign/protocol/bytes";
import type { Digest, DraftId } from "@countersign/protocol/ids";
import { type OpenedStatement, openStatement } from "@countersign/protocol/openings";
import { render } from "@countersign/protocol/rendering";
import type { Candidate, SignatureLine } from "@countersign/protocol/views";
import { type DigestWords, digestWords } from "@countersign/protocol/words";
import type { z } from "zod";
import type { Context, Session } from "../context.ts";
import { requireDeskLink } from "../identity/enrol-device.ts";
import { Stop, usage } from "../stop.ts";
import { cardLines, wordsLine } from "../terminal/card.ts";
import type { Channel } from "../terminal/channel.ts";
import { hindrances, signatureLines } from "../terminal/signature-lines.ts";
import { draftDifferences } from "./check-draft.ts";

/** A draft that was checked: it says what was asked, and its link leads to the pinned desk. */
export type CheckedDraft = {
  readonly draft: DraftId;
  readonly link: string;
  readonly opened: OpenedStatement;
  readonly words: DigestWords;
  readonly lines: readonly SignatureLine[];
  readonly candidates: readonly Candidate[];
};

/**
 * Has the key service draft the statement for an act, then judges the draft as if a liar had made it:
 * it must say exactly what was asked, belong to the ledger this machine knows, and lead to the desk.
 * @param sealed digest of the value that was sealed here, for acts that bring one.
 * @throws Stop `draft-differs`, exit code 8, naming what was changed; the link is then never shown.
 */
export async function draftAct(
  context: Context,
  session: Session,
  act: Act,
  sealed: Digest | null = null,
): Promise<CheckedDraft> {
  const { client, login, ledger } = session;
  const answer = await client.call("/people/v1/drafts", { act });
  const bytes = fromBase64url(answer.statement);
  const opened = bytes === null ? null : await openStatement(bytes, answer.openings);
  if (opened === null || !opened.ok)
    throw differs(["it is not a statement that this version of secrets knows"]);
  const { device } = login;
  const differences = await draftDifferences(opened.value, {
    act,
    asker: {
      person: login.person,
      tenant: login.tenant,
      device: device.device,
      deviceLabel: device.label,
    },
    sealed,
    nowMs: context.now(),
  });
  if (differences.length > 0) throw differs(differences);
  await ledger.requireConsistent(opened.value.statement.checkpoint);
  requireDeskLink(answer.link, session.pin.deskOrigin);
  return {
    draft: answer.draft,
    link: answer.link,
    opened: opened.value,
    words: digestWords(opened.value.digest),
    lines: answer.lines,
    candidates: answer.candidates,
  };
}

function differs(differences: readonly string[]): Stop {
  return new Stop(
    "draft-differs",
    `The service drafted something else than you asked for: ${differences.join("; ")}. The link is not shown, and nothing was signed.`,
    "Stop, and tell a security admin now.",
  );
}

/** Names of options, for the fields of an act that a person typed wrongly. */
const OPTION_OF: Readonly<Record<string, string>> = {
  secrets: "NAME",
  name: "NAME",
  justification: "--why",
  reason: "--why",
  ticket: "--ticket",
  notBefore: "--from",
  durationSeconds: "--for",
  maxUses: "--uses",
  policy: "the metadata",
  after: "the metadata",
  type: "--type",
  category: "--category",
  bindings: "--workload",
  binding: "SPIFFE-ID",
  proposal: "ID",
  subject: "what to revoke",
};

/** What somebody typed as an act. @throws Stop `usage` that names the option and repeats no input. */
export function actFrom(input: unknown): Act {
  const parsed = actSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = String(issue?.path[0] ?? "");
  throw usage(`${OPTION_OF[field] ?? field}: ${wantedBy(issue)}.`);
}

/** In words of what is typed, not of the schema. */
function wantedBy(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === "invalid_value") return `one of ${issue.values.join(", ")}`;
  const isTime = issue?.path[0] === "durationSeconds";
  if (isTime && (issue?.code === "too_big" || issue?.code === "too_small")) return "from 1m to 24h";
  return issue?.message ?? "not as expected";
}

/** The card, who must sign, the link and the words to compare. */
export function showDraft(context: Context, channel: Channel, drafted: CheckedDraft): void {
  for (const line of cardLines(render(drafted.opened), channel.width)) channel.line(...line);
  if (drafted.lines.length > 0) {
    channel.line();
    channel.line({ text: "Must sign, after you", style: "quiet" });
    for (const line of signatureLines(
      drafted.lines,
      drafted.candidates,
      channel.width,
      context.now(),
    ))
      channel.line(...line);
    for (const sentence of hindrances(drafted.candidates)) channel.prose(sentence, "  ", "quiet");
  }
  showLink(channel, drafted.link, drafted.words);
}

export function showLink(channel: Channel, link: string, words: DigestWords): void {
  channel.line();
  channel.line("Sign at the desk:   ", { text: link, style: "accent" });
  channel.line(...wordsLine(words));
}

/** The same facts for programs. */
export function draftDocument(drafted: CheckedDraft) {
  const { statement, digest } = drafted.opened;
  return {
    event: "drafted",
    draft: drafted.draft,
    link: drafted.link,
    words: drafted.words,
    digest,
    kind: statement.kind,
    signBy: statement.signBy,
    ...(statement.kind === "request"
      ? { request: statement.body.request, expiresAt: statement.body.expiresAt }
      : {}),
    title: render(drafted.opened).title,
    lines: drafted.lines,
    candidates: drafted.candidates,
  };
}
