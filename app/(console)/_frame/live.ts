import { isListening } from "../../_trpc/listening.ts";

/** While the console tells of changes: for what nobody tells of, and so that an active reader's session goes on. */
const TOLD_MS = 45_000;
/** While it does not. */
const ASKING_MS = 10_000;

/**
 * For queries whose answer changes while somebody looks at it: lines that fill in, entries that arrive. The console
 * tells when to ask again (`LiveUpdates`); where it does not, they ask by themselves. Asking does not keep a
 * session alive: only a person who touches the page does (see `_trpc/activity.ts`).
 */
export const live = {
  refetchInterval: () => (isListening() ? TOLD_MS : ASKING_MS),
  refetchIntervalInBackground: false,
} as const;

/** For what no change of a row tells: how processes are. */
export const asked = { refetchInterval: ASKING_MS, refetchIntervalInBackground: false } as const;
