import { spawn } from "node:child_process";
import { constants } from "node:os";
import { childEnvironment } from "../environment.ts";
import { Stop } from "../stop.ts";

/** Passed on to the child. On a terminal, Ctrl-C and Ctrl-\ reach it by themselves: it shares our process group. */
const PASSED_ON = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCONT"] as const;
const FROM_KEYBOARD = ["SIGINT", "SIGQUIT"] as const;

export type Child = {
  /** Absolute or relative path of a program that was found before. */
  readonly file: string;
  /** As typed, `argv[0]` included. */
  readonly argv: readonly string[];
  /** Only in the child's environment: not in ours, not on its command line. */
  readonly values: Readonly<Record<string, string>>;
  readonly onTerminal: boolean;
};

/**
 * Runs one program with the values in its environment, no shell, its input and output ours. Signals go
 * through, and so does how it ended.
 * @returns its exit code, or 128 + the number of the signal that ended it, as shells say it.
 */
export function runChild(child: Child): Promise<number> {
  const [name = child.file, ...args] = child.argv;
  return new Promise((resolve, reject) => {
    // Before the child exists: it may have us signalled sooner than `spawn` returns. Handlers run only after that.
    const forwarded = [...PASSED_ON, ...FROM_KEYBOARD].map((signal) => {
      const own = FROM_KEYBOARD.some((it) => it === signal) && child.onTerminal;
      const handler = () => {
        if (!own) running.kill(signal);
      };
      process.on(signal, handler);
      return { signal, handler };
    });
    const running = spawn(child.file, args, {
      argv0: name,
      stdio: "inherit",
      env: childEnvironment(child.values),
    });
    const settle = () => {
      for (const { signal, handler } of forwarded) process.off(signal, handler);
    };
    running.on("error", () => {
      settle();
      reject(
        new Stop(
          "command-not-runnable",
          "The command could not be started. The use is spent, but the same one can be opened again.",
          "secrets get ID --use N",
        ),
      );
    });
    running.on("exit", (code, signal) => {
      settle();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
