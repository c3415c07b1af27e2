"use client";
import type { SignatureLine } from "@countersign/protocol/views";
import { useState } from "react";

/** Which lines were filled since the page first showed them: only those are drawn with a stroke. */
export function useFreshLines(lines: readonly SignatureLine[]): ReadonlySet<number> {
  const [signedAtFirst] = useState(
    () => new Set(lines.flatMap((line, at) => (line.signed === null ? [] : [at]))),
  );
  return new Set(
    lines.flatMap((line, at) => (line.signed !== null && !signedAtFirst.has(at) ? [at] : [])),
  );
}
