import { Fragment } from "react";
import { cx } from "./class-names.ts";

/** A part of so many characters fits beside anything on the narrowest page, and is kept whole at its hyphens. */
const LONGEST_WHOLE = 14;

/**
 * A name, id or digest in the mono face; a name breaks after a slash where it can. It is one run of inline text: a box
 * around each part would be read aloud part by part, and put spaces into the names of links. Longer parts break
 * `anywhere`: with `break-word` the longest part is the least width of every flex row and table cell that holds a name,
 * and pushes it over the edge of a small screen.
 */
export function Name({ children, className }: { children: string; className?: string }) {
  return (
    <code className={cx("tracking-[-0.02em] [overflow-wrap:anywhere]", className)}>
      {children.split(/(?<=\/)(?!\/)/).map((part, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text, which never move
        <Fragment key={i}>
          {i > 0 && <wbr />}
          {part.length > LONGEST_WHOLE ? part : <span className="whitespace-nowrap">{part}</span>}
        </Fragment>
      ))}
    </code>
  );
}

const PATHLIKE = /([a-z0-9][a-z0-9.-]*(?:\/[a-z0-9.-]+)+|spiffe:\/\/\S+)/;

/** Prose in which names with slashes are set as names. Nothing is added to the text or taken from it. */
export function Prose({ children }: { children: string }) {
  return children.split(PATHLIKE).map((part, i) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text, which never move
    i % 2 === 1 ? <Name key={i}>{part}</Name> : <Fragment key={i}>{part}</Fragment>,
  );
}

/** Words from the code between backticks: a command to type. */
export function Sentence({ children }: { children: string }) {
  return children.split("`").map((part, i) =>
    i % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text, which never move
      <code key={i} className="rounded-sm bg-wash px-1">
        {part}
      </code>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text, which never move
      <Fragment key={i}>{part}</Fragment>
    ),
  );
}
