import { Fragment } from "react";
import { cx } from "./class-names.ts";

/** A name, id or digest in the mono face; a name may break after each slash and nowhere else if it can. */
export function Name({ children, className }: { children: string; className?: string }) {
  const parts = children.split(/(?<=\/)(?!\/)/);
  return (
    <code className={cx("tracking-[-0.02em]", className)}>
      {parts.map((part, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text, which never move
        <span key={i} className="inline-block max-w-full">
          {part}
        </span>
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
