"use client";
import { useEffect, useRef } from "react";
import { shortcutsAreOn } from "../../../components/patterns/shortcuts.ts";
import { isTyping, ROW_LINK } from "../../../components/patterns/use-list-keys.ts";

/**
 * The letters of requests, wherever on the page the keyboard is: `a` approves what is chosen, or else what is open;
 * `x` chooses the row that has the focus, or takes it out again. A row with the focus answers to `a` by itself.
 */
export function useInboxKeys(deeds: {
  /** Null: nothing here can be approved. */
  readonly onApprove: (() => void) | null;
  readonly onChoose?: (row: string) => void;
}): void {
  const latest = useRef(deeds);
  useEffect(() => {
    latest.current = deeds;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target, key } = event;
      const isPlain = !(event.altKey || event.ctrlKey || event.metaKey || event.repeat);
      if (event.defaultPrevented || !isPlain || !shortcutsAreOn() || isTyping(target)) return;
      if (document.querySelector('[role="dialog"]') !== null) return;
      const { onApprove, onChoose } = latest.current;
      const row = target instanceof Element ? target.getAttribute(ROW_LINK) : null;
      if (key === "a" && onApprove !== null) onApprove();
      else if (key === "x" && row !== null && onChoose !== undefined) onChoose(row);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
