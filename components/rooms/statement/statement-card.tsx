"use client";
import type { Rendering } from "@countersign/protocol/rendering-shape";
import { type ReactNode, useId } from "react";
import { cx } from "../../ui/class-names.ts";
import { Prose } from "../../ui/name.tsx";
import { Notice } from "../../ui/notice.tsx";
import { DigestWords } from "./digest-words.tsx";
import { StatementFields } from "./statement-fields.tsx";

const UNOPENED =
  "Some parts could not be opened and show as ids, marked “not opened”. Sign only if you know what they are.";

/**
 * The statement card: title, sentences, fields, what it is about, the four words, signature lines. The one
 * rendering of the protocol set in type, the same at the desk and in the terminal; no word of it is made here.
 */
export function StatementCard({
  card,
  heading: Heading = "h2",
  eyebrow,
  lines,
  className,
}: {
  card: Rendering;
  /** `h1` where the card is what the page is. */
  heading?: "h1" | "h2" | "h3";
  /** Above the title: what this is and how it stands. */
  eyebrow?: ReactNode;
  /** Signature lines. */
  lines?: ReactNode;
  className?: string;
}) {
  const id = useId();
  return (
    <article
      aria-labelledby={id}
      className={cx(
        "rounded-lg border border-line bg-sheet px-5 py-5 sm:px-8 sm:py-7 print:border-0 print:p-0",
        className,
      )}
    >
      {eyebrow !== undefined && <div className="mb-2 text-sm text-quiet">{eyebrow}</div>}
      <Heading id={id} className="text-xl font-[620] tracking-[-0.015em] sm:text-2xl">
        <Prose>{card.title}</Prose>
      </Heading>
      <Sentences of={card} className="mt-3" />
      {hasUnopened(card) && (
        <Notice tone="due" className="mt-4">
          {UNOPENED}
        </Notice>
      )}
      {card.about !== null && (
        <About of={card.about} isTold={card.title.endsWith(card.about.title)} />
      )}
      <StatementFields fields={card.fields} className="mt-5" />
      <DigestWords words={card.words} digest={card.digest} className="mt-6" />
      {lines !== undefined && <div className="mt-7">{lines}</div>}
    </article>
  );
}

function Sentences({ of, className }: { of: Rendering; className?: string }) {
  return (
    <div className={cx("max-w-prose space-y-1.5", className)}>
      {of.sentences.map((sentence, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the sentences of a statement never move
        <p key={at}>
          <Prose>{sentence}</Prose>
        </p>
      ))}
    </div>
  );
}

/** The statement that this one is about. Where the title above ends with its title, it is only said aloud. */
function About({ of, isTold }: { of: Rendering; isTold: boolean }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="mt-5 border-l-3 border-line pl-4 sm:pl-6">
      <h3 id={id} className={isTold ? "sr-only" : "mb-2 text-lg font-semibold"}>
        <Prose>{of.title}</Prose>
      </h3>
      <Sentences of={of} />
      <StatementFields fields={of.fields} className="mt-4" />
      <DigestWords words={of.words} digest={of.digest} className="mt-4" />
    </section>
  );
}

/** Whether anything in it stands as an id because its opening is not at hand. */
export function hasUnopened(of: Rendering): boolean {
  return (
    of.fields.some((it) => it.face === "unopened") || (of.about !== null && hasUnopened(of.about))
  );
}
