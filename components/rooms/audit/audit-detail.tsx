"use client";
import { Link } from "../../patterns/link.tsx";
import { Section } from "../../patterns/page-header.tsx";
import { paths } from "../../patterns/paths.ts";
import { Badge } from "../../ui/badge.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Fact, Facts } from "../../ui/facts.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Name } from "../../ui/name.tsx";
import type { AuditDetail } from "../views.ts";
import { WhoName } from "../who.tsx";
import { AuditSentence } from "./audit-table.tsx";
import { DOOR_WORDS, OUTCOME_LOOKS } from "./audit-words.ts";
import { Inclusion } from "./inclusion.tsx";

/** Who, what, when, where, why, the number that finds it elsewhere, and the proof that it stands [AUD-1]. */
export function AuditEntry({ of, heading: Heading }: { of: AuditDetail; heading: "h1" | "h2" }) {
  const entry = of.row;
  return (
    <>
      <p className="text-sm text-quiet">Entry {entry.entry}</p>
      <Heading className="text-lg font-semibold">
        <AuditSentence row={entry} />
      </Heading>
      <Badge look={OUTCOME_LOOKS[entry.outcome]} className="mt-1.5" />
      <Facts className="mt-4 border-y border-line">
        <Fact term="When">
          <Moment at={entry.at} as="exact" />
        </Fact>
        <Fact term="Who">
          {entry.actor !== null && <WhoName who={entry.actor} link />}
          {entry.workload !== null && <Name>{entry.workload}</Name>}
          {entry.actor === null && entry.workload === null && "nobody: by the service itself"}
          {entry.actorRole !== null && <span className="text-quiet">, {entry.actorRole}</span>}
        </Fact>
        <Fact term="Where">{DOOR_WORDS[entry.door] ?? entry.door}</Fact>
        {entry.device !== null && (
          <Fact term="Device">
            <Name>{entry.device}</Name>
          </Fact>
        )}
        {entry.justification !== null && (
          <Fact term="Why">
            <span className="whitespace-pre-line">{entry.justification}</span>
          </Fact>
        )}
        {entry.reason !== null && (
          <Fact term="Reason">
            <span className="whitespace-pre-line">{entry.reason}</span>
          </Fact>
        )}
        {entry.code !== null && (
          <Fact term="Refused as">
            <Name>{entry.code}</Name>
          </Fact>
        )}
        {entry.secrets.map((it) => (
          <Fact key={it.secret} term="Secret">
            <Link href={paths.secret(it.secret)}>
              <Name>{it.name}</Name>
            </Link>
          </Fact>
        ))}
        {entry.subject !== null && (
          <Fact term="About">
            <Name className="break-all">{entry.subject}</Name>
          </Fact>
        )}
        {entry.statementDigest !== null && (
          <Fact term="Statement">
            <Name className="break-all">{entry.statementDigest}</Name>
          </Fact>
        )}
        <Fact term="Events">{entry.eventTypes.join(", ")}</Fact>
        <Fact term="Correlation">
          <span className="flex items-start gap-1">
            <Name>{entry.correlation}</Name>
            <CopyButton text={entry.correlation} what="correlation id" />
          </span>
        </Fact>
      </Facts>
      <Section title="Proof">
        <Inclusion proof={of.proof} />
      </Section>
    </>
  );
}
