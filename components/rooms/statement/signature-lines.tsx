"use client";
import { ROLE_NAMES } from "@countersign/protocol/role-names";
import type { Candidate, SignatureLine } from "@countersign/protocol/views";
import { Stamp } from "lucide-react";
import { cx } from "../../ui/class-names.ts";
import { Moment } from "../../ui/moment.tsx";
import { Name } from "../../ui/name.tsx";
import { joinInWords } from "../../ui/time-words.ts";
import { useFreshLines } from "./use-fresh-lines.ts";

/**
 * One line for each person that the chain needs: dotted while it is empty; a drawn rule with name, role,
 * key and time when it is signed; a small seal when the ledger has it. This is how far an approval is:
 * lines that fill in, never a percentage.
 */
export function SignatureLines({
  lines,
  candidates = [],
  dense = false,
  label = "Signatures",
}: {
  lines: readonly SignatureLine[];
  /** Who could sign the empty lines now. */
  candidates?: readonly Candidate[];
  /** For lists, where many stand on one page. */
  dense?: boolean;
  label?: string;
}) {
  const fresh = useFreshLines(lines);
  return (
    <ol
      aria-label={label}
      className={cx(
        "grid",
        dense
          ? "grid-cols-[repeat(auto-fill,minmax(min(100%,8.5rem),1fr))] gap-x-5 gap-y-2 text-xs"
          : "grid-cols-[repeat(auto-fit,minmax(min(100%,15rem),1fr))] gap-x-9 gap-y-6 text-sm",
      )}
    >
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines keep their order; the chain gives it
        <li key={at} className="min-w-0">
          {line.signed === null ? (
            <EmptyLine line={line} dense={dense} candidates={candidates} />
          ) : (
            <SignedLine signed={line.signed} dense={dense} isFresh={fresh.has(at)} />
          )}
        </li>
      ))}
    </ol>
  );
}

const DENSE_RULE = "min-h-6! text-sm! mb-1!";

function EmptyLine({
  line,
  dense,
  candidates,
}: {
  line: SignatureLine;
  dense: boolean;
  candidates: readonly Candidate[];
}) {
  const roles = joinInWords(
    line.anyOf.map((role) => ROLE_NAMES[role]),
    "or",
  );
  const able = candidates.filter((it) => it.cannot === null && line.anyOf.includes(it.role));
  return (
    <>
      <span className={cx("signature-rule", dense && DENSE_RULE)} aria-hidden="true" />
      <span className="block text-quiet">
        <span className="sr-only">Not signed yet: </span>
        {roles}
      </span>
      {!dense && able.length > 0 && (
        <span className="block">
          {joinInWords(
            able.map((it) => it.name),
            "or",
          )}{" "}
          can sign
        </span>
      )}
      {!dense && able.length === 0 && candidates.length > 0 && (
        <span className="block font-medium text-amber">nobody can sign this line now</span>
      )}
    </>
  );
}

function SignedLine({
  signed,
  dense,
  isFresh,
}: {
  signed: NonNullable<SignatureLine["signed"]>;
  dense: boolean;
  isFresh: boolean;
}) {
  return (
    <>
      <span
        className={cx("signature-rule", dense && DENSE_RULE)}
        data-signed=""
        data-fresh={isFresh ? "" : undefined}
      >
        {signed.name}
      </span>
      <span className="block text-quiet">
        {ROLE_NAMES[signed.role]}
        {!dense && (
          <>
            , key <Name>{`…${signed.credential.slice(-6)}`}</Name>
          </>
        )}
      </span>
      {!dense && (
        <span className="block text-quiet">
          <Moment at={signed.at} as="exact" />
        </span>
      )}
      <span className="flex items-center gap-1.5 text-verdigris">
        <Stamp aria-hidden="true" className="size-3.5 flex-none" />
        {dense ? <Moment at={signed.at} /> : <span>in the ledger, entry {signed.index}</span>}
      </span>
    </>
  );
}
