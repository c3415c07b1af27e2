"use client";
import { useSyncExternalStore } from "react";
import { relativeInWords, utcInWords } from "./time-words.ts";

/** One tick for the whole page, twice a minute, while anybody shows a time. */
const TICK_MS = 30_000;
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let nowMs = Date.now();

function watch(onTick: () => void): () => void {
  if (watchers.size === 0) {
    nowMs = Date.now();
    timer = setInterval(() => {
      nowMs = Date.now();
      for (const each of watchers) each();
    }, TICK_MS);
  }
  watchers.add(onTick);
  return () => {
    watchers.delete(onTick);
    if (watchers.size === 0) clearInterval(timer);
  };
}

/** The reader's own clock, in milliseconds, a little behind: good for words, never for a decision. */
export function useNow(): number {
  return useSyncExternalStore(
    watch,
    () => nowMs,
    () => nowMs,
  );
}

/**
 * A time of the ledger. In lists `relative`, with the exact UTC on hover; in details `exact`, with how far
 * it is beside it.
 */
export function Moment({ at, as = "relative" }: { at: string; as?: "relative" | "exact" }) {
  const ticked = useNow();
  const ms = Date.parse(at);
  // What arrived since the last tick did not happen in the future.
  const now = ms > ticked && ms - ticked < 2 * TICK_MS ? Math.max(ticked, Date.now()) : ticked;
  const exact = utcInWords(ms);
  const relative = relativeInWords(ms, now);
  if (as === "relative") {
    return (
      <time dateTime={at} title={exact} className="whitespace-nowrap" suppressHydrationWarning>
        {relative}
      </time>
    );
  }
  return (
    <time dateTime={at} title={at}>
      {exact}{" "}
      <span
        className="whitespace-nowrap text-quiet"
        suppressHydrationWarning
      >{`(${relative})`}</span>
    </time>
  );
}
