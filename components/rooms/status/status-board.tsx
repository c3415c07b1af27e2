"use client";
import { Section } from "../../patterns/page-header.tsx";
import { Badge } from "../../ui/badge.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Fact, Facts } from "../../ui/facts.tsx";
import { Name, Sentence } from "../../ui/name.tsx";
import { counted } from "../../ui/time-words.ts";
import { PART_LOOKS } from "../standing.ts";
import type { Status } from "../views.ts";
import { StatusFigures } from "./status-figures.tsx";

const PARTS = [
  ["keyService", "Key service"],
  ["hsm", "Hardware security module"],
  ["witness", "Witness"],
  ["database", "Database"],
  ["checker", "Checker"],
  ["gateway", "Gateway"],
  ["identityProvider", "Identity provider"],
  ["notifications", "Notifications"],
] as const;

/** Every part, how it is, and what that means for the people who depend on it. */
export function StatusBoard({ status }: { status: Status }) {
  return (
    <div className="grid items-start gap-x-12 gap-y-8 lg:grid-cols-2">
      <div>
        <Section title="Parts">
          <ul className="border-t border-line">
            {PARTS.map(([key, name]) => (
              <li
                key={key}
                className="flex items-start justify-between gap-4 border-b border-line py-(--row-y)"
              >
                <span className="min-w-0">
                  <span className="font-medium">{name}</span>
                  <span className="block text-sm text-quiet">
                    <Sentence>{status[key].sentence}</Sentence>
                  </span>
                </span>
                <Badge plain look={PART_LOOKS[status[key].state]} />
              </li>
            ))}
          </ul>
        </Section>
      </div>
      <div>
        <Section title="Ledger">
          <LedgerFacts status={status} />
        </Section>
        {status.figures !== null && (
          <Section title="Figures">
            <StatusFigures of={status.figures} />
          </Section>
        )}
      </div>
    </div>
  );
}

function LedgerFacts({ status: { ledger, projectionBehind } }: { status: Status }) {
  if (ledger === null)
    return (
      <p className="text-sm text-quiet">
        The key service does not answer, and only it reads the ledger. What these pages show was
        true when it was written.
      </p>
    );
  return (
    <>
      <Facts className="border-y border-line">
        <Fact term="Size">{counted(ledger.size, "entry", "entries")}</Fact>
        <Fact term="Origin">
          <Name>{ledger.origin}</Name>
        </Fact>
        <Fact term="Root">
          <span className="flex items-start gap-1">
            <Name className="break-all">{ledger.root}</Name>
            <CopyButton text={ledger.root} what="root" />
          </span>
        </Fact>
        <Fact term="Signed by">
          {ledger.signers.map((signer) => (
            <Name key={signer} className="block">
              {signer}
            </Name>
          ))}
        </Fact>
        <Fact term="These pages">
          <Behind entries={projectionBehind} />
        </Fact>
      </Facts>
      <details className="mt-3 text-sm">
        <summary className="text-blue">The checkpoint, to check at home</summary>
        <pre className="mt-2 rounded-md bg-wash p-3 text-xs break-all whitespace-pre-wrap">
          {ledger.note}
        </pre>
      </details>
    </>
  );
}

function Behind({ entries }: { entries: number | null }) {
  if (entries === null) return "it is not known how far they are";
  if (entries === 0) return "show every entry";
  return (
    <span className="text-amber">are {counted(entries, "entry", "entries")} behind the ledger</span>
  );
}
