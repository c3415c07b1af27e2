"use client";
import { useEffect } from "react";
import { NAV } from "./nav-items.ts";
import { shortcutsAreOn } from "./shortcuts.ts";
import { isTyping } from "./use-list-keys.ts";

const GO_MS = 1200;

/** Of the whole console: ⌘K or Ctrl+K for the palette, `?` for the keys, `g` and a letter to go somewhere. */
export function useShellKeys(deeds: {
  onPalette: () => void;
  onHelp: () => void;
  onGo: (href: string) => void;
}): void {
  const { onPalette, onHelp, onGo } = deeds;
  useEffect(() => {
    let wentAt = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        onPalette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (!shortcutsAreOn() || document.querySelector('[role="dialog"]') !== null) return;
      if (event.timeStamp - wentAt < GO_MS) {
        wentAt = Number.NEGATIVE_INFINITY;
        const item = Object.values(NAV).find((it) => it.letter === event.key);
        if (item !== undefined) {
          event.preventDefault();
          event.stopPropagation();
          onGo(item.href);
        }
        return;
      }
      if (event.key === "g") wentAt = event.timeStamp;
      else if (event.key === "?") onHelp();
    };
    // Before a list sees the letter: `g a` goes to the audit, it approves nothing.
    document.addEventListener("keydown", onKey, { capture: true });
    return () => document.removeEventListener("keydown", onKey, { capture: true });
  }, [onPalette, onHelp, onGo]);
}
