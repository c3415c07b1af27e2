import { defineCommand } from "../command.ts";
import { removeEnded } from "../state/request-file.ts";
import { tidyOutFiles } from "../values/out-file.ts";

export const tidyCommand = defineCommand({
  name: "tidy",
  summary: "Remove files and keys whose time is over",
  usage: ["[--all]"],
  about: [
    "Overwrites and removes files of `get --out` whose grant has ended, and the private keys of requests that have ended. Every other command does the same on its way; `tidy` is for a timer, or for the end of the day with --all. A file that was replaced meanwhile is left alone.",
  ],
  examples: ["secrets tidy", "secrets tidy --all"],
  options: { all: { type: "boolean", help: "Also files whose time is not over" } },
  positionals: { min: 0, max: 0 },
  run: async (context, { values }) => {
    const files = tidyOutFiles(context.state, context.now(), values.all === true);
    const requests = removeEnded(context.state, context.now());
    context.json({ files, requests });
    for (const { path, gone } of files) {
      context.out.line(
        gone === "removed"
          ? `Removed ${path}`
          : gone === "another-file"
            ? `Left ${path} alone: it is another file now`
            : `${path} was gone already`,
      );
    }
    if (files.length === 0) context.out.line("No file's time is over.");
    return 0;
  },
});
