"use client";
import { useEffect, useRef } from "react";
import { ROW_LINK } from "../../../components/patterns/use-list-keys.ts";

/**
 * Rows go while somebody walks over them: another signs, and the request no longer waits. Where the row with the focus
 * went, the one that took its place has it, so that the keyboard is not thrown back to the beginning of the page.
 */
export function useKeepPlace(rows: readonly string[]): void {
  const before = useRef<{ readonly rows: readonly string[]; readonly focused: string | null }>({
    rows: [],
    focused: null,
  });
  useEffect(() => {
    const note = (event: FocusEvent) => {
      const row = event.target instanceof Element ? event.target.getAttribute(ROW_LINK) : null;
      before.current = { ...before.current, focused: row };
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  }, []);
  useEffect(() => {
    const { rows: were, focused } = before.current;
    before.current = { rows, focused };
    if (focused === null || rows.includes(focused) || document.activeElement !== document.body)
      return;
    const at = Math.min(were.indexOf(focused), rows.length - 1);
    const next = at < 0 ? undefined : rows[at];
    if (next === undefined) return;
    document.querySelector<HTMLElement>(`[${ROW_LINK}="${CSS.escape(next)}"]`)?.focus();
  }, [rows]);
}
