"use client";
import { TriangleAlert } from "lucide-react";
import { Link } from "../../patterns/link.tsx";
import { ROW_LINK } from "../../patterns/use-list-keys.ts";
import { Badge } from "../../ui/badge.tsx";
import { cx } from "../../ui/class-names.ts";
import { Checkbox } from "../../ui/input.tsx";
import { Moment } from "../../ui/moment.tsx";
import { Prose } from "../../ui/name.tsx";
import { SignatureLines } from "../statement/signature-lines.tsx";
import type { RequestRow } from "../views.ts";
import { requestLook } from "./request-state.ts";
import { requestTitle, worthALook } from "./request-title.ts";

export type Choosing = {
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (proposal: string, on: boolean) => void;
};

/**
 * Requests as sentences with their signature lines. What needs thought says so in amber, so that the other
 * thirty-eight can be cleared in a minute.
 */
export function RequestList({
  rows,
  label,
  href,
  open = null,
  choosing,
  isInbox = false,
}: {
  rows: readonly RequestRow[];
  label: string;
  href: (row: RequestRow) => string;
  open?: string | null;
  /** Where several can be signed with one touch. */
  choosing?: Choosing;
  /** All of them wait for signatures: that need not be said forty times. */
  isInbox?: boolean;
}) {
  return (
    <ul aria-label={label} className="border-t border-line">
      {rows.map((row) => (
        <li
          key={row.proposal}
          className={cx(
            "relative flex gap-3 border-b border-line px-2 py-[calc(var(--row-y)+0.25rem)]",
            open === row.proposal
              ? "bg-blue-wash shadow-[inset_3px_0_0_var(--blue)]"
              : "hover:bg-wash",
          )}
        >
          {choosing !== undefined && (
            <Checkbox
              aria-label={`Choose: ${requestTitle(row)}`}
              className="relative z-1 mt-1"
              checked={choosing.chosen.has(row.proposal)}
              onChange={(event) => choosing.onChoose(row.proposal, event.target.checked)}
            />
          )}
          <RequestItem
            row={row}
            href={href(row)}
            isOpen={open === row.proposal}
            isInbox={isInbox}
          />
        </li>
      ))}
    </ul>
  );
}

function RequestItem({
  row,
  href,
  isOpen,
  isInbox,
}: {
  row: RequestRow;
  href: string;
  isOpen: boolean;
  isInbox: boolean;
}) {
  const look = row.status === "pending" ? worthALook(row) : null;
  return (
    <div className="min-w-0 flex-1">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <Link
          {...{ [ROW_LINK]: row.proposal }}
          href={href}
          scroll={false}
          aria-current={isOpen ? "true" : undefined}
          className="min-w-0 flex-1 basis-80 font-medium text-ink no-underline after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-blue"
        >
          <Prose>{requestTitle(row)}</Prose>
        </Link>
        <span className="flex flex-none items-center gap-3 text-sm text-quiet">
          {!isInbox && <Badge plain look={requestLook(row.status, row.grant)} />}
          <Moment at={row.proposedAt} />
        </span>
      </div>
      {row.justification !== null && (
        <p className="mt-0.5 line-clamp-2 max-w-prose text-sm whitespace-pre-line text-quiet">
          {row.justification}
          {row.ticket !== null && ` · ${row.ticket}`}
        </p>
      )}
      {look !== null && (
        <p className="mt-0.5 flex items-start gap-1.5 text-sm text-amber">
          <TriangleAlert aria-hidden="true" className="mt-0.5 size-3.5 flex-none" />
          {look}
        </p>
      )}
      {row.lines.length > 0 && row.status === "pending" && (
        <div className="mt-1.5 max-w-2xl">
          <SignatureLines dense lines={row.lines} />
        </div>
      )}
    </div>
  );
}
