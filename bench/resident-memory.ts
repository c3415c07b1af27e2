import { readFileSync } from "node:fs";
import type { Installation, Service } from "../tests/support/installation.ts";
import type { Figure } from "./figure.ts";

/** What each process of an installation holds now. */
export function residentMemory(installation: Installation, when: string): Figure[] {
  return [
    memoryOf("key service", installation.keyService(), when),
    memoryOf("witness", installation.witness, when),
  ];
}

function memoryOf(name: string, { child }: Service, when: string): Figure {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  return {
    name: `resident memory, ${name}, ${when}`,
    unit: "MiB",
    value: kibibytes / 1024,
    better: "lower",
  };
}
