import { CircleAlert, CircleCheck } from "lucide-react";
import { Sentence } from "../../ui/name.tsx";
import { joinInWords } from "../../ui/time-words.ts";
import type { MetadataField } from "../views.ts";
import { METADATA_WORDS } from "./secret-words.ts";

/**
 * What keeps a secret from being handed out, one sentence each [META-1]. Nothing missing is said too, because
 * a blank place could mean that nobody looked.
 */
export function Completeness({ blocking }: { blocking: readonly string[] }) {
  if (blocking.length === 0) {
    return (
      <p className="flex items-center gap-2 text-sm font-medium text-verdigris">
        <CircleCheck aria-hidden="true" className="size-4 flex-none" />
        Nothing keeps this secret from being handed out.
      </p>
    );
  }
  return (
    <ul className="space-y-1 text-sm">
      {blocking.map((sentence) => (
        <li key={sentence} className="flex items-start gap-2">
          <CircleAlert aria-hidden="true" className="mt-0.5 size-4 flex-none text-amber" />
          <span>
            <Sentence>{sentence}</Sentence>
          </span>
        </li>
      ))}
    </ul>
  );
}

const FIELDS = Object.keys(METADATA_WORDS) as MetadataField[]; // keys of a literal object

/** One pip for each field that a secret must carry; what is missing is a hole. */
export function CompletenessPips({ gaps }: { gaps: readonly { readonly field: MetadataField }[] }) {
  const missing = new Set(gaps.map((it) => it.field));
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <svg viewBox={`0 0 ${FIELDS.length * 8} 8`} className="h-2 w-12 flex-none" aria-hidden="true">
        {FIELDS.map((field, at) => (
          <circle
            key={field}
            cx={4 + at * 8}
            cy="4"
            r="2.6"
            className={
              missing.has(field) ? "fill-none stroke-amber" : "fill-verdigris stroke-verdigris"
            }
          />
        ))}
      </svg>
      <span className={missing.size === 0 ? "text-quiet" : "text-amber"}>
        {missing.size === 0
          ? "whole"
          : missing.size === 1
            ? `no ${joinInWords(
                [...missing].map((field) => METADATA_WORDS[field]),
                "or",
              )}`
            : `${missing.size} of ${FIELDS.length} missing`}
      </span>
    </span>
  );
}
