"use client";
import { Bot, User } from "lucide-react";
import { Link } from "../../patterns/link.tsx";
import { paths } from "../../patterns/paths.ts";
import { Moment } from "../../ui/moment.tsx";
import { Name } from "../../ui/name.tsx";
import { counted } from "../../ui/time-words.ts";
import type { SecretDetail } from "../views.ts";
import { WhoName } from "../who.tsx";

const ROW = "flex items-start gap-2.5 border-b border-line py-(--row-y) last:border-b-0";
const ICON = "mt-0.5 size-4 flex-none text-quiet";

/** Everybody and everything that could open the secret at this moment, and until when. */
export function SecretReaders({ of }: { of: SecretDetail }) {
  if (of.readers.length === 0 && of.bindings.length === 0)
    return <p className="text-sm text-quiet">Nobody. No grant is open and no workload is bound.</p>;
  return (
    <ul className="text-sm">
      {of.readers.map((reader) => (
        <li key={reader.request} className={ROW}>
          <User aria-hidden="true" className={ICON} />
          <span className="min-w-0">
            <WhoName who={reader.person} link />
            <span className="block text-quiet">
              {counted(reader.usesLeft, "opening")} left,{" "}
              <Link href={paths.request(reader.request)}>
                ends <Moment at={reader.expiresAt} />
              </Link>
            </span>
          </span>
        </li>
      ))}
      {of.bindings.map((binding) => (
        <li key={binding.binding} className={ROW}>
          <Bot aria-hidden="true" className={ICON} />
          <span className="min-w-0">
            <Name>{binding.workload}</Name>
            <span className="block text-quiet">
              bound, ends <Moment at={binding.expiresAt} />
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The openings so far, newest first. One that was begun and not confirmed counts as disclosed. */
export function SecretReads({ reads }: { reads: SecretDetail["reads"] }) {
  if (reads.length === 0) return <p className="text-sm text-quiet">It was never opened.</p>;
  return (
    <ul className="text-sm">
      {reads.map((read) => (
        <li key={read.entry} className={ROW}>
          <span className="min-w-0 flex-1">
            <WhoName who={read.person} link />
            <span className="block text-quiet">
              version {read.version}
              {!read.done && ", begun and not confirmed: counts as disclosed"}
            </span>
          </span>
          <Link href={paths.auditEntry(read.entry)}>
            <Moment at={read.at} />
          </Link>
        </li>
      ))}
    </ul>
  );
}

export function SecretVersions({ versions }: { versions: SecretDetail["versions"] }) {
  if (versions.length === 0) return <p className="text-sm text-quiet">No value was added yet.</p>;
  return (
    <ul className="text-sm">
      {versions.map((version) => (
        <li key={version.version} className={ROW}>
          <span className="min-w-0 flex-1">
            version {version.version}
            {version.current && <span className="font-medium text-verdigris"> current</span>}
          </span>
          <Link href={paths.auditEntry(version.entry)}>
            <Moment at={version.addedAt} />
          </Link>
        </li>
      ))}
    </ul>
  );
}
