"use client";
import { useSyncExternalStore } from "react";

const KEY = "countersign.shortcuts";
const watchers = new Set<() => void>();

/** Whether single letters do something. Off for people who dictate (WCAG 2.1.4); kept on this browser. */
export function shortcutsAreOn(): boolean {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true; // storage is refused: nothing was ever turned off
  }
}

export function setShortcuts(on: boolean): void {
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    return; // storage is refused: the choice cannot be kept, and shows as it was
  }
  for (const tell of watchers) tell();
}

export function useShortcuts(): boolean {
  return useSyncExternalStore(
    (tell) => {
      watchers.add(tell);
      return () => watchers.delete(tell);
    },
    shortcutsAreOn,
    () => true,
  );
}
