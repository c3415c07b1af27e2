import { readEnvironment } from "./environment.ts";
import { openLink } from "./identity/open-link.ts";
import { run } from "./run.ts";
import type { World } from "./world.ts";

/** The process: its arguments, streams and clock, and Ctrl-C. */
const interrupt = new AbortController();
let interrupted = 0;
const onInterrupt = () => {
  interrupted += 1;
  interrupt.abort();
  // The first Ctrl-C ends what waits and says how to go on; a second one means it.
  if (interrupted > 1) process.exit(130);
};
process.on("SIGINT", onInterrupt);

// A reader that goes away (`secrets list | head`) is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const world: World = {
  args: process.argv.slice(2),
  environment: readEnvironment(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  now: () => Date.now(),
  pause: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal.addEventListener("abort", end);
    }),
  interrupt: interrupt.signal,
  yieldInterrupt: () => process.off("SIGINT", onInterrupt),
  openLink,
};

process.exitCode = await run(world);
