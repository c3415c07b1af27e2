import { cx } from "../../ui/class-names.ts";
import { Name } from "../../ui/name.tsx";

/** The four words that desk and command line show too, for a person to compare, and the digest behind them. */
export function DigestWords({
  words,
  digest,
  className,
}: {
  words: readonly string[];
  digest: string;
  className?: string;
}) {
  return (
    <div className={cx("border-t border-line pt-3", className)}>
      <p className="text-sm text-quiet">
        The four words of this statement. The desk and the command line show the same.
      </p>
      <ol className="mt-1 flex flex-wrap gap-x-6 font-mono text-lg font-medium tracking-[-0.02em]">
        {words.map((word, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: four words in their order, of which two may be alike
          <li key={at}>{word}</li>
        ))}
      </ol>
      <p className="mt-0.5 text-xs text-quiet">
        <span className="sr-only">Digest: </span>
        <Name>{digest}</Name>
      </p>
    </div>
  );
}
