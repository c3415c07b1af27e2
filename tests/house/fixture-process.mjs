// A process for the supervisor's tests. Behaviour by environment:
// READY_AFTER_FILE: is "ready" (writes READY_FILE) once told; DIE_WHEN: dies when that file exists.
import { existsSync, rmSync, writeFileSync } from "node:fs";

const { READY_FILE = "", DIE_WHEN = "", STUBBORN = "", DIE_AT_ONCE = "" } = process.env;
console.log(`fixture ${process.pid} speaks`);
if (DIE_AT_ONCE !== "") {
  console.error("no database today");
  process.exit(7);
}
process.on("SIGTERM", () => {
  console.log("asked to stop");
  if (STUBBORN === "") process.exit(0);
});
writeFileSync(READY_FILE, String(process.pid));
setInterval(() => {
  if (DIE_WHEN === "" || !existsSync(DIE_WHEN)) return;
  rmSync(DIE_WHEN);
  console.error("something terrible happened");
  process.exit(3);
}, 5);
