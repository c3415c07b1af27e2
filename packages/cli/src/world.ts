import type { Environment } from "./environment.ts";

/** Standard input: bytes, and whether somebody types them. */
export type Input = AsyncIterable<Uint8Array | string> & {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
};

export type Output = {
  write(data: string | Uint8Array): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
};

/** Everything outside that the command line touches, so that it runs the same in a test as in a shell. */
export type World = {
  readonly args: readonly string[];
  readonly environment: Environment;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** UTC milliseconds. */
  readonly now: () => number;
  /** Resolves after the time, at once when the signal fires. Never rejects. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Fires on Ctrl-C: whoever waits then ends and says how to go on. */
  readonly interrupt: AbortSignal;
  /** From now on Ctrl-C is somebody else's: the program that `exec` runs. */
  readonly yieldInterrupt: () => void;
  /** Starts a program that shows a link. The link is its only argument. */
  readonly openLink: (program: string, link: string) => void;
};
