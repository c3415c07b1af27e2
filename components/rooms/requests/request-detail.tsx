"use client";
import { Link } from "../../patterns/link.tsx";
import { Section } from "../../patterns/page-header.tsx";
import { paths } from "../../patterns/paths.ts";
import { Badge } from "../../ui/badge.tsx";
import { Fact, Facts } from "../../ui/facts.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Name, Sentence } from "../../ui/name.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Candidates } from "../statement/candidates.tsx";
import { SignatureLines } from "../statement/signature-lines.tsx";
import { StatementCard } from "../statement/statement-card.tsx";
import type { RequestDetail } from "../views.ts";
import { WhoName } from "../who.tsx";
import { HAPPENING_WORDS, requestLook } from "./request-state.ts";
import { MAIL_WORDS } from "./told-words.ts";

/** The card of a proposal with its lines, and how it stands above it. */
export function RequestCard({ of, heading }: { of: RequestDetail; heading: "h1" | "h2" }) {
  const { row } = of;
  // Whoever asked reads it where they look first, not only in what happened.
  const reason = of.history.find((it) => it.what === "denied" && it.reason !== null)?.reason;
  return (
    <>
      {of.outcome !== null && (
        <Notice className="mb-4">
          <Sentence>{of.outcome}</Sentence>
          {reason !== undefined && (
            <span className="mt-0.5 block whitespace-pre-line">“{reason}”</span>
          )}
        </Notice>
      )}
      <StatementCard
        card={of.card}
        heading={heading}
        eyebrow={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Badge look={requestLook(row.status, row.grant)} />
            {row.status === "pending" ? (
              <span>
                lapses <Moment at={row.decideBy} />
              </span>
            ) : (
              <span>
                asked <Moment at={row.proposedAt} />
              </span>
            )}
          </span>
        }
        lines={
          row.lines.length > 0 && <SignatureLines lines={row.lines} candidates={of.candidates} />
        }
      />
    </>
  );
}

/** Beside the card: the grant that came of it, who can sign and why others cannot, what happened. */
export function RequestAside({ of }: { of: RequestDetail }) {
  return (
    <>
      {of.grant !== null && (
        <Section title="Grant">
          <GrantFacts grant={of.grant} />
        </Section>
      )}
      {of.row.status === "pending" && of.candidates.length > 0 && (
        <Section title="Who can sign">
          <Candidates candidates={of.candidates} />
        </Section>
      )}
      {of.told.length > 0 && (
        <Section title="Who was told">
          <WhoWasTold told={of.told} />
        </Section>
      )}
      <Section title="What happened">
        <ol className="text-sm">
          {of.history.map((it) => (
            <li
              key={`${it.entry} ${it.what}`}
              className="border-b border-line py-(--row-y) last:border-b-0"
            >
              <span className="flex flex-wrap justify-between gap-x-3">
                <span>
                  {it.person !== null && (
                    <>
                      <WhoName who={it.person} link />{" "}
                    </>
                  )}
                  {HAPPENING_WORDS[it.what]}
                </span>
                <Link href={paths.auditEntry(it.entry)}>
                  <Moment at={it.at} />
                </Link>
              </span>
              {it.reason !== null && (
                <span className="mt-0.5 block whitespace-pre-line text-quiet">“{it.reason}”</span>
              )}
            </li>
          ))}
        </ol>
      </Section>
    </>
  );
}

function GrantFacts({ grant }: { grant: NonNullable<RequestDetail["grant"]> }) {
  return (
    <Facts className="border-y border-line">
      <Fact term="From">
        <Moment at={grant.notBefore} as="exact" />
      </Fact>
      <Fact term="Until">
        <Moment at={grant.expiresAt} as="exact" />
      </Fact>
      {grant.uses.map((use) => (
        <Fact key={use.secret} term="Openings">
          <Name>{use.name}</Name>
          <span className="block text-quiet">
            {use.used} used, {use.left} left
          </span>
          {use.releases.map(({ use: ordinal, index }) => (
            <span key={ordinal} className="block">
              <Link href={paths.auditEntry(index)}>Opening {ordinal} in the ledger</Link>
            </span>
          ))}
        </Fact>
      ))}
    </Facts>
  );
}

function WhoWasTold({ told }: { told: RequestDetail["told"] }) {
  return (
    <ul className="text-sm">
      {told.map((it) => (
        <li
          key={it.person.person}
          className="flex flex-wrap justify-between gap-x-3 border-b border-line py-(--row-y) last:border-b-0"
        >
          <span className="min-w-0">
            <WhoName who={it.person} link />
            <span className="block text-quiet">
              {it.seenAt === null ? "in their notifications" : "seen in their notifications"}
              {it.mail !== null && `, ${MAIL_WORDS[it.mail]}`}
            </span>
          </span>
          <Moment at={it.at} />
        </li>
      ))}
    </ul>
  );
}
