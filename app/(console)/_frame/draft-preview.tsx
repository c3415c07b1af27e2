"use client";
import { useEffect, useRef } from "react";
import { isDeskLink } from "../../../components/patterns/desk.ts";
import { DeskLink } from "../../../components/patterns/link.tsx";
import { Candidates } from "../../../components/rooms/statement/candidates.tsx";
import { SignatureLines } from "../../../components/rooms/statement/signature-lines.tsx";
import { StatementCard } from "../../../components/rooms/statement/statement-card.tsx";
import type { Drafted } from "../../../components/rooms/views.ts";
import { Button } from "../../../components/ui/button.tsx";
import { cx } from "../../../components/ui/class-names.ts";
import { Notice } from "../../../components/ui/notice.tsx";
import { useMe } from "./me.tsx";

/** What was drawn up, as the desk will show it, with the lines that others must fill; and the way to the desk. */
export function DraftPreview({
  drafted,
  inLayer = false,
  onChange,
}: {
  drafted: Drafted;
  /** In a layer that scrolls, where the way on stays in sight at its foot. */
  inLayer?: boolean;
  onChange: () => void;
}) {
  const deskOrigin = useMe()?.deskOrigin;
  const ref = useRef<HTMLElement>(null);
  // The form was sent: what came of it is what should be read next.
  useEffect(() => {
    ref.current?.focus();
    ref.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const { lines, candidates } = drafted;
  return (
    <section
      ref={ref}
      tabIndex={-1}
      aria-label="What you will sign"
      className="min-w-0 scroll-mt-20 outline-none"
    >
      <Notice tone="accent" className="mb-4">
        Nothing is sent yet. This is what you will sign, and{" "}
        {lines.length === 0
          ? "your own signature is enough."
          : "these are the lines that others must fill after you."}
      </Notice>
      <StatementCard
        card={drafted.card}
        heading="h2"
        eyebrow="Draft"
        lines={lines.length > 0 && <SignatureLines lines={lines} candidates={candidates} />}
      />
      {candidates.length > 0 && (
        <details className="mt-4">
          <summary className="text-blue">Who will be asked, and who cannot sign this</summary>
          <div className="mt-2">
            <Candidates candidates={candidates} />
          </div>
        </details>
      )}
      <div
        className={cx(
          "mt-5 flex flex-wrap items-center gap-2",
          inLayer && "sticky -bottom-5 -mx-5 border-t border-line bg-sheet px-5 py-3",
        )}
      >
        {deskOrigin !== undefined && isDeskLink(drafted.link, deskOrigin) ? (
          <DeskLink href={drafted.link}>Sign at the desk</DeskLink>
        ) : (
          <Button
            kind="primary"
            disabledReason="The link does not lead to the desk, so it is not offered. Tell a security admin."
          >
            Sign at the desk
          </Button>
        )}
        <Button kind="quiet" onClick={onChange}>
          Change something
        </Button>
      </div>
    </section>
  );
}
