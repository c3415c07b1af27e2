"use client";
import { type RefObject, useEffect, useRef } from "react";
import { shortcutsAreOn } from "./shortcuts.ts";

/** On a row's link: what the keys of a list move between. */
export const ROW_LINK = "data-row";
/** On what stands open beside a list. */
export const INSPECTOR = "data-inspector";

export type ListDeeds = {
  /** A row got the focus by a key. */
  readonly onWalk?: (id: string) => void;
  readonly onApprove?: (id: string) => void;
  readonly onClose?: () => void;
  /** Somebody walked on from the last row: there may be more. */
  readonly onEnd?: () => void;
};

/**
 * The keyboard of a list. Up and down (or `k` and `j`) walk over the rows' links; enter, which needs no help,
 * opens; right goes into what is open beside the list and left comes back to its row; `a` approves; escape closes
 * what is open; `/` goes to the search from anywhere on the page. Letters act only where a row has the focus, so
 * that nobody who dictates or types sets them off.
 */
export function useListKeys(deeds: ListDeeds): RefObject<HTMLDivElement | null> {
  const ref = useRef<HTMLDivElement>(null);
  const latest = useRef(deeds);
  useEffect(() => {
    latest.current = deeds;
  });
  useEffect(() => {
    const list = ref.current;
    const onKey = (event: KeyboardEvent) => {
      if (list !== null) listKey(list, event, latest.current);
    };
    list?.addEventListener("keydown", onKey);
    document.addEventListener("keydown", goToSearch);
    return () => {
      list?.removeEventListener("keydown", onKey);
      document.removeEventListener("keydown", goToSearch);
    };
  }, []);
  return ref;
}

function goToSearch(event: KeyboardEvent): void {
  if (event.key !== "/" || !shortcutsAreOn() || isTyping(event.target) || hasModifier(event))
    return;
  const search = document.querySelector<HTMLElement>('main [type="search"]');
  if (search === null) return;
  event.preventDefault();
  search.focus();
}

function listKey(list: HTMLElement, event: KeyboardEvent, deeds: ListDeeds): void {
  const { target } = event;
  if (hasModifier(event) || !(target instanceof HTMLElement)) return;
  if (event.key === "Escape") {
    deeds.onClose?.();
    return;
  }
  const rows = [...list.querySelectorAll<HTMLElement>(`[${ROW_LINK}]`)];
  if (event.key === "ArrowDown" && target.matches('[type="search"]')) {
    event.preventDefault();
    rows[0]?.focus();
    return;
  }
  const inspector = list.querySelector<HTMLElement>(`[${INSPECTOR}]`);
  if (event.key === "ArrowLeft" && target === inspector) {
    event.preventDefault();
    list.querySelector<HTMLElement>(`[${ROW_LINK}][aria-current]`)?.focus();
    return;
  }
  const at = rows.indexOf(target);
  const id = target.getAttribute(ROW_LINK);
  if (at < 0 || id === null) return;
  if (event.key === "ArrowRight" && inspector !== null) {
    event.preventDefault();
    inspector.focus();
    return;
  }
  const step = stepOf(event.key);
  if (step !== 0) {
    event.preventDefault();
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    next?.focus();
    const nextId = next?.getAttribute(ROW_LINK);
    if (nextId && nextId !== id) deeds.onWalk?.(nextId);
    if (next === rows.at(-1) && step > 0) deeds.onEnd?.();
  } else if (event.key === "a" && shortcutsAreOn()) {
    event.preventDefault();
    deeds.onApprove?.(id);
  }
}

function stepOf(key: string): number {
  switch (key) {
    case "ArrowDown":
      return 1;
    case "ArrowUp":
      return -1;
    case "Home":
      return Number.NEGATIVE_INFINITY;
    case "End":
      return Number.POSITIVE_INFINITY;
    case "j":
      return shortcutsAreOn() ? 1 : 0;
    case "k":
      return shortcutsAreOn() ? -1 : 0;
    default:
      return 0;
  }
}

function hasModifier(event: { altKey: boolean; ctrlKey: boolean; metaKey: boolean }): boolean {
  return event.altKey || event.ctrlKey || event.metaKey;
}

/** Where a letter is text. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input:not([type=checkbox]), textarea, select"))
  );
}
