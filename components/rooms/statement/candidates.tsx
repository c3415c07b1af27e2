import { ROLE_NAMES } from "@countersign/protocol/role-names";
import type { Candidate } from "@countersign/protocol/views";
import { CircleSlash, PenLine } from "lucide-react";

/** Who can sign now, and of everybody else with such a role why not. */
export function Candidates({ candidates }: { candidates: readonly Candidate[] }) {
  const able = candidates.filter((it) => it.cannot === null);
  const unable = candidates.filter((it) => it.cannot !== null);
  return (
    <ul className="text-sm">
      {[...able, ...unable].map((it) => (
        <li
          key={`${it.person} ${it.role}`}
          className="flex items-start gap-2.5 border-b border-line py-(--row-y) last:border-b-0"
        >
          {it.cannot === null ? (
            <PenLine aria-hidden="true" className="mt-0.5 size-4 flex-none text-verdigris" />
          ) : (
            <CircleSlash aria-hidden="true" className="mt-0.5 size-4 flex-none text-quiet" />
          )}
          <span className="min-w-0">
            <span className="font-medium">{it.name}</span>
            <span className="text-quiet">, {ROLE_NAMES[it.role]}</span>
            <span className="block text-quiet">{it.cannot ?? "can sign now"}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
