"use client";
import { CircleCheck, PenLine } from "lucide-react";
import { Link } from "../../patterns/link.tsx";
import { paths } from "../../patterns/paths.ts";
import { Badge } from "../../ui/badge.tsx";
import { cx } from "../../ui/class-names.ts";
import { Moment } from "../../ui/moment.tsx";
import { Prose } from "../../ui/name.tsx";
import { requestLook } from "../requests/request-state.ts";
import { requestTitle } from "../requests/request-title.ts";
import type { NoticeRow } from "../views.ts";

const LOOKS = {
  waits: { icon: PenLine, word: "waited for you" },
  decided: { icon: CircleCheck, word: "you proposed it" },
} as const satisfies Record<NoticeRow["kind"], unknown>;

/** Each with how its proposal stands now: what waited yesterday may be over. Unseen ones say so, in a word too. */
export function NoticeList({ rows }: { rows: readonly NoticeRow[] }) {
  return (
    <ul aria-label="Notifications" className="border-t border-line">
      {rows.map(({ kind, toldAt, seenAt, request }) => {
        const { icon: Icon, word } = LOOKS[kind];
        return (
          <li
            key={`${kind} ${request.proposal}`}
            className="relative flex items-start gap-3 border-b border-line py-(--row-y) hover:bg-wash"
          >
            <Icon
              aria-hidden="true"
              className={cx("mt-1 size-4 flex-none", seenAt === null ? "text-blue" : "text-quiet")}
            />
            <span className="min-w-0 flex-1">
              <Link
                href={paths.request(request.proposal)}
                className={cx(
                  "text-ink no-underline after:absolute after:inset-0",
                  seenAt === null && "font-semibold",
                )}
              >
                <Prose>{requestTitle(request)}</Prose>
              </Link>
              <span className="block text-sm text-quiet">
                {seenAt === null && <span className="font-medium text-blue">new, </span>}
                {request.waitsForMe ? "waits for you" : word}
              </span>
            </span>
            <span className="flex flex-none flex-col items-end gap-1 text-sm text-quiet">
              <Moment at={toldAt} />
              <Badge plain look={requestLook(request.status, request.grant)} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}
