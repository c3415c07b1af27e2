"use client";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { troubleOf } from "../../../components/patterns/trouble.ts";
import type { Drafted } from "../../../components/rooms/views.ts";
import { Button } from "../../../components/ui/button.tsx";
import type { ButtonKind } from "../../../components/ui/button-style.ts";
import { Dialog } from "../../../components/ui/dialog.tsx";
import { Sentence } from "../../../components/ui/name.tsx";
import { Notice } from "../../../components/ui/notice.tsx";
import { SkeletonRows } from "../../../components/ui/skeleton.tsx";

// Asked for when something was drawn up: no page waits for it.
const DraftPreview = lazy(() =>
  import("./draft-preview.tsx").then((it) => ({ default: it.DraftPreview })),
);

/** A drafting call, as far as the dialog needs to know: any mutation has this shape. */
export type Drafting = {
  readonly data: Drafted | undefined;
  readonly error: unknown;
  readonly reset: () => void;
};

/**
 * Something to be signed, in two steps in one layer: say what; then read what will be signed and who must sign
 * after that, before going to the desk. What was typed stays while the second step is read.
 */
export function DraftDialog({
  trigger,
  triggerKind = "plain",
  size = "md",
  title,
  explains,
  disabledReason = null,
  draft,
  children,
}: {
  trigger: ReactNode;
  triggerKind?: ButtonKind;
  size?: "sm" | "md";
  /** With the name of what it is done to. */
  title: string;
  /** What follows from it. */
  explains: string;
  disabledReason?: string | null;
  draft: Drafting;
  /** The form. */
  children: (leave: () => void) => ReactNode;
}) {
  const [open, setOpen] = useState(false);
  const show = (next: boolean) => {
    if (!next) draft.reset();
    setOpen(next);
  };
  const hasDraft = draft.data !== undefined;
  return (
    <>
      <Button
        kind={triggerKind}
        size={size}
        disabledReason={disabledReason}
        onClick={() => show(true)}
      >
        {trigger}
      </Button>
      <Dialog
        open={open}
        onOpenChange={show}
        title={title}
        description={explains}
        place={hasDraft ? "wide" : "centre"}
      >
        {/* The body scrolls, so the keyboard must be able to reach it even where nothing in it takes focus. */}
        <div className="min-h-0 overflow-y-auto px-5 pt-4 pb-5">
          <div hidden={hasDraft}>
            {children(() => show(false))}
            {draft.error !== null && draft.error !== undefined && (
              <Notice tone="due" className="mt-4">
                <span role="alert">
                  <Sentence>{troubleOf(draft.error).message}</Sentence>
                </span>
              </Notice>
            )}
          </div>
          {draft.data !== undefined && (
            <Suspense fallback={<SkeletonRows label="Drawing it up" />}>
              <DraftPreview drafted={draft.data} inLayer onChange={draft.reset} />
            </Suspense>
          )}
        </div>
      </Dialog>
    </>
  );
}

/** The two ways out of a form: leave it, or have it drawn up. */
export function DraftButtons({
  isBusy,
  isAlarm = false,
  onLeave,
}: {
  isBusy: boolean;
  isAlarm?: boolean;
  onLeave: () => void;
}) {
  return (
    <div className="flex flex-wrap justify-end gap-2">
      <Button onClick={onLeave}>Leave it</Button>
      <Button
        type="submit"
        kind={isAlarm ? "alarm" : "primary"}
        disabledReason={isBusy ? "It is being drawn up." : null}
      >
        Show what I will sign
      </Button>
    </div>
  );
}
