"use client";
import { Link } from "../../patterns/link.tsx";
import { paths } from "../../patterns/paths.ts";
import { Checkbox } from "../../ui/input.tsx";
import { Name, Sentence } from "../../ui/name.tsx";
import type { SecretRow } from "../views.ts";
import { METADATA_WORDS } from "./secret-words.ts";

/** What is incomplete, each with what it lacks; chosen by a box that the whole row stands for. */
export function FixRows({
  rows,
  chosen,
  onChoose,
}: {
  rows: readonly SecretRow[];
  chosen: ReadonlySet<string>;
  onChoose: (secret: string, on: boolean) => void;
}) {
  const all = rows.every((row) => chosen.has(row.secret));
  return (
    <div className="border-t border-line">
      <div className="flex items-center gap-3 border-b border-line px-1 py-2 text-sm text-quiet">
        <Checkbox
          id="choose-all"
          checked={all}
          onChange={(event) => {
            for (const row of rows) onChoose(row.secret, event.target.checked);
          }}
        />
        <label htmlFor="choose-all">All of these</label>
      </div>
      <ul aria-label="Incomplete secrets">
        {rows.map((row) => (
          <li
            key={row.secret}
            className="flex items-start gap-3 border-b border-line px-1 py-(--row-y) has-checked:bg-blue-wash"
          >
            <Checkbox
              id={`choose-${row.secret}`}
              className="mt-1"
              checked={chosen.has(row.secret)}
              onChange={(event) => onChoose(row.secret, event.target.checked)}
            />
            <div className="min-w-0 flex-1">
              <label htmlFor={`choose-${row.secret}`} className="font-medium">
                <Name>{row.name}</Name>
              </label>
              <ul className="text-sm text-quiet">
                {row.gaps.map((gap) => (
                  <li key={gap.field}>
                    <Sentence>{gap.message.replace(gap.field, METADATA_WORDS[gap.field])}</Sentence>
                  </li>
                ))}
              </ul>
            </div>
            <Link href={paths.secret(row.secret)} className="flex-none text-sm text-blue underline">
              look<span className="sr-only"> at {row.name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
