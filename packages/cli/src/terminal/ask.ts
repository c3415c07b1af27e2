import type { Context } from "../context.ts";

/** Asks on stderr, reads one line from the terminal. Without a terminal to read from the answer is no. */
export async function askYes(context: Context, question: string): Promise<boolean> {
  const { stdin, stderr } = context.world;
  if (stdin.isTTY !== true || context.isJson) return false;
  stderr.write(question);
  let typed = "";
  for await (const part of stdin) {
    typed += Buffer.from(part).toString("utf8");
    if (typed.includes("\n") || typed.length > 100) break;
  }
  return /^y(es)?\s*$/i.test(typed.split("\n")[0] ?? "");
}
