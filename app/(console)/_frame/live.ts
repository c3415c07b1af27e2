/** How often what is on the screen is asked for again. */
const LIVE_MS = 10_000;

/**
 * For queries whose answer changes while somebody looks at it: lines that fill in, entries that arrive. It
 * does not keep a session alive: only a person who touches the page does (see `_trpc/activity.ts`).
 */
export const live = { refetchInterval: LIVE_MS, refetchIntervalInBackground: false } as const;
