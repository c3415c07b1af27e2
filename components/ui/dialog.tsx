"use client";
import * as Radix from "@radix-ui/react-dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { IconButton } from "./button.tsx";
import { cx } from "./class-names.ts";

const PLACES = {
  centre:
    "left-1/2 top-[12vh] w-[min(36rem,calc(100vw-2rem))] max-h-[76vh] -translate-x-1/2 rounded-lg border border-line",
  wide: "left-1/2 top-[5vh] w-[min(52rem,calc(100vw-1.5rem))] max-h-[90vh] -translate-x-1/2 rounded-lg border border-line",
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
  const cameFrom = useRef<Element | null>(null);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          {...(description === undefined ? { "aria-describedby": undefined } : {})}
          onOpenAutoFocus={() => {
            cameFrom.current = document.activeElement;
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (cameFrom.current instanceof HTMLElement) cameFrom.current.focus();
          }}
          className={cx(
            "fixed z-50 flex flex-col overflow-hidden bg-sheet text-ink shadow-raised",
            PLACES[place],
          )}
        >
          <div className={cx(plainTitle ? "pt-4 pr-14 pl-5" : "sr-only")}>
            <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
            {description !== undefined && (
              <Radix.Description className="mt-1 text-sm text-quiet">
                {description}
              </Radix.Description>
            )}
          </div>
          {children}
          {plainTitle && (
            // Last in order, so that opening puts the keyboard into what the dialog asks for.
            <Radix.Close asChild>
              <IconButton label="Close" className="absolute top-3 right-3">
                <X aria-hidden="true" className="size-4" />
              </IconButton>
            </Radix.Close>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
