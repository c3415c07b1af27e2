"use client";
import { useId } from "react";
import { Dialog } from "../ui/dialog.tsx";
import { Checkbox } from "../ui/input.tsx";
import { NAV, NAV_KEYS } from "./nav-items.ts";
import { setShortcuts, useShortcuts } from "./shortcuts.ts";

const KEYS: readonly (readonly [keys: string, deed: string])[] = [
  ["⌘K or Ctrl K", "search, go to, ask for"],
  ["/", "search in the list"],
  ["↑ ↓ or k j", "walk through a list"],
  ["enter", "open beside the list; again: as a page"],
  ["→ ←", "into what is open; back to its row"],
  ["a", "approve what is chosen, or what is open, at the desk"],
  ["x", "choose a request, to sign several with one touch"],
  ["esc", "close what is open"],
  ["?", "this page"],
  ...NAV_KEYS.map((key) => [`g ${NAV[key].letter}`, `go to ${NAV[key].word}`] as const),
];

export function KeysHelp({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const id = useId();
  const on = useShortcuts();
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keys">
      <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5 pt-3">
        <dl className="text-sm">
          {KEYS.map(([keys, deed]) => (
            <div key={keys} className="grid grid-cols-[8rem_1fr] gap-4 border-b border-line py-1.5">
              <dt>
                <kbd className="font-medium">{keys}</kbd>
              </dt>
              <dd>{deed}</dd>
            </div>
          ))}
        </dl>
        <div className="mt-4 flex items-center gap-3 text-sm">
          <Checkbox id={id} checked={on} onChange={(event) => setShortcuts(event.target.checked)} />
          <label htmlFor={id}>Single letters do something (turn this off if you dictate)</label>
        </div>
      </div>
    </Dialog>
  );
}
