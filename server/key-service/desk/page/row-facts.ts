import { durationInWords, secondsBetween } from "@countersign/protocol/instants";
import type { OpenedStatement } from "@countersign/protocol/openings";
import type { StatementOf } from "@countersign/protocol/statement";
import { joinInWords } from "./phrases.ts";

/** A device younger than this is worth a second look before its owner is given a secret on it. */
const NEW_DEVICE_SECONDS = 86_400;

export type RowFacts = {
  readonly why: string | null;
  readonly facts: readonly string[];
  /** What makes this one worth a thought, or null. */
  readonly thought: string | null;
};

/** What somebody who clears a list needs beside the title, so that the few that need thought stand out. */
export function factsOf({ statement, texts, policies }: OpenedStatement): RowFacts {
  if (statement.kind === "revoke") {
    return { why: texts.get(statement.body.reason) ?? null, facts: [], thought: null };
  }
  if (statement.kind !== "request") return { why: null, facts: [], thought: null };
  const { justification, ticket, secrets, recipient } = statement.body;
  const held = secrets.map((it) => policies.get(it.policy));
  const data = held.map((it) => it?.dataClassification ?? "unclassified data");
  const tiers = held.map((it) => it?.tier ?? "unknown");
  const names =
    secrets.length > 1
      ? [
          joinInWords(
            secrets.map((it) => it.name),
            "and",
          ),
        ]
      : [];
  return {
    why: texts.get(justification) ?? null,
    facts: [
      ...names,
      texts.get(ticket) ?? "ticket not opened",
      joinInWords([...new Set(data)], "and"),
      `tier ${joinInWords([...new Set(tiers)], "and")}`,
    ],
    thought: newDevice(statement.draftedAt, recipient),
  };
}

function newDevice(
  draftedAt: StatementOf<"request">["draftedAt"],
  { enrolledAt }: StatementOf<"request">["body"]["recipient"],
): string | null {
  const age = secondsBetween(enrolledAt, draftedAt);
  if (age >= NEW_DEVICE_SECONDS) return null;
  return `The device is new: it was enrolled ${durationInWords(age)} before this was asked.`;
}
