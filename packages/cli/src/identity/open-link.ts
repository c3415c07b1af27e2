import { spawn } from "node:child_process";

/**
 * Starts a browser on a link: program and one argument, no shell. What it prints goes nowhere and
 * whether it works does not matter: the link stands in the terminal too.
 */
export function openLink(program: string, link: string): void {
  const child = spawn(program, [link], { stdio: "ignore", detached: true });
  child.on("error", () => {
    // No such program: the person opens the link that the terminal shows.
  });
  child.unref();
}
