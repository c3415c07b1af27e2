// `npm run people`: the development cast, and the one-time link with which each enrols a first key.
import { Failure } from "./lib/failure.mjs";
import { readPeople, showPeople, yours } from "./lib/people.mjs";
import { runMain, say } from "./lib/say.mjs";

await runMain(async () => {
  const people = readPeople();
  if (people === null) {
    throw new Failure("There is nobody yet.", "Start Countersign once with `npm start`.");
  }
  if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(people, null, 2)}\n`);
  else {
    say("Open a person's link in a browser, in a window of its own for each; a link works once.\n");
    showPeople(yours(people));
  }
});
