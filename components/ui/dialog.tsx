"use client";
import * as Radix from "@radix-ui/react-dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "./button.tsx";
import { cx } from "./class-names.ts";

const PLACES = {
  centre:
    "left-1/2 top-[12vh] w-[min(36rem,calc(100vw-2rem))] max-h-[76vh] -translate-x-1/2 rounded-lg border border-line",
  palette:
    "left-1/2 top-[8vh] w-[min(40rem,calc(100vw-1.5rem))] max-h-[78vh] -translate-x-1/2 rounded-lg border border-line",
  left: "left-0 top-0 h-dvh w-[min(18rem,86vw)] border-r border-line",
} as const;

/** A layer above the page that takes the keyboard until it is closed. Focus goes back to where it was. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  place = "centre",
  plainTitle = true,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  place?: keyof typeof PLACES;
  /** False: the title is only for those who hear the page. */
  plainTitle?: boolean;
  children: ReactNode;
}) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          {...(description === undefined ? { "aria-describedby": undefined } : {})}
          className={cx(
            "fixed z-50 flex flex-col overflow-hidden bg-sheet text-ink shadow-raised",
            PLACES[place],
          )}
        >
          <div className={cx(plainTitle ? "flex items-start gap-4 px-5 pt-4" : "sr-only")}>
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {description !== undefined && (
                <Radix.Description className="mt-1 text-sm text-quiet">
                  {description}
                </Radix.Description>
              )}
            </div>
            {plainTitle && (
              <Radix.Close asChild>
                <IconButton label="Close">
                  <X aria-hidden="true" className="size-4" />
                </IconButton>
              </Radix.Close>
            )}
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
