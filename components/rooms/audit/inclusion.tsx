"use client";
import { CircleCheck, CircleDashed, OctagonAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { Name } from "../../ui/name.tsx";
import { counted } from "../../ui/time-words.ts";
import type { AuditDetail } from "../views.ts";
import { checkInclusion, type InclusionVerdict } from "./check-inclusion.ts";

type Proof = NonNullable<AuditDetail["proof"]>;

const HONEST =
  "This page did the arithmetic, with what the console gave it. To trust nobody here, take the checkpoint " +
  "from a witness and check again at home.";

/** Whether the entry stands in the ledger, computed here and now; the page never takes the console's word. */
export function Inclusion({ proof }: { proof: Proof | null }) {
  const [verdict, setVerdict] = useState<InclusionVerdict | null>(null);
  useEffect(() => {
    let isCurrent = true;
    setVerdict(null);
    if (proof !== null)
      void checkInclusion(proof).then((found) => {
        if (isCurrent) setVerdict(found);
      });
    return () => {
      isCurrent = false;
    };
  }, [proof]);
  if (proof === null)
    return (
      <p className="text-sm text-quiet">
        No proof is at hand. The next checkpoint covers this entry in a moment.
      </p>
    );
  return (
    <div className="text-sm">
      <p role="status">
        <Verdict verdict={verdict} size={proof.size} />
      </p>
      <p className="mt-1 text-quiet">{HONEST}</p>
      <details className="mt-2">
        <summary className="text-blue">What was checked</summary>
        <dl className="mt-2 space-y-2 text-xs">
          <div>
            <dt className="text-quiet">Root of {proof.size} entries</dt>
            <dd>
              <Name className="break-all">{proof.root}</Name>
            </dd>
          </div>
          <div>
            <dt className="text-quiet">Hashes from entry {proof.index} to the root</dt>
            <dd className="space-y-0.5">
              {proof.proof.map((sibling) => (
                <Name key={sibling} className="block break-all">
                  {sibling}
                </Name>
              ))}
            </dd>
          </div>
          <div>
            <dt className="text-quiet">Checkpoint</dt>
            <dd>
              <pre className="overflow-x-auto rounded-sm bg-wash p-2 whitespace-pre-wrap break-all">
                {proof.note}
              </pre>
            </dd>
          </div>
        </dl>
      </details>
    </div>
  );
}

function Verdict({ verdict, size }: { verdict: InclusionVerdict | null; size: number }) {
  switch (verdict) {
    case null:
      return (
        <span className="inline-flex items-center gap-2 text-quiet">
          <CircleDashed aria-hidden="true" className="size-4" />
          checking
        </span>
      );
    case "included":
      return (
        <span className="inline-flex items-center gap-2 font-medium text-verdigris">
          <CircleCheck aria-hidden="true" className="size-4" />
          It stands in the ledger of {counted(size, "entry", "entries")}: the proof holds.
        </span>
      );
    case "not-included":
    case "malformed":
      return (
        <span className="inline-flex items-center gap-2 font-medium text-vermilion">
          <OctagonAlert aria-hidden="true" className="size-4 flex-none" />
          The proof does not hold. Do not rely on this entry; tell a security admin now.
        </span>
      );
  }
}
