import { CircleCheck, CircleDashed, Clock, OctagonX, TriangleAlert } from "lucide-react";
import type { BadgeLook } from "../../ui/badge.tsx";
import type { MetadataField, SecretState } from "../views.ts";

/** How a secret stands, in a word: what stops it from being handed out, or that nothing does. */
export const SECRET_LOOKS = {
  revoked: { icon: OctagonX, word: "revoked", tone: "alarm" },
  "no-value": { icon: CircleDashed, word: "no value yet", tone: "due" },
  incomplete: { icon: TriangleAlert, word: "incomplete", tone: "due" },
  expired: { icon: Clock, word: "rotation overdue", tone: "due" },
  due: { icon: Clock, word: "rotation due soon", tone: "plain" },
  healthy: { icon: CircleCheck, word: "in order", tone: "proven" },
} as const satisfies Record<SecretState, BadgeLook>;

/** `api-key` → `API key`: the canonical types as people say them. */
export const TYPE_WORDS: Readonly<Record<string, string>> = {
  "api-key": "API key",
  "database-credential": "database credential",
  "encryption-key": "encryption key",
  "machine-identity": "machine identity",
  "human-access-token": "human access token",
};

/** `pii` as people say it; anything unknown counts as personal data, and says so. */
export function classificationInWords(of: string | null): string {
  switch (of) {
    case null:
    case "":
      return "not given, counts as personal data";
    case "pii":
      return "personal data (pii)";
    case "public":
    case "internal":
    case "confidential":
      return of;
    default:
      return `${of}, counts as personal data`;
  }
}

export function rotationInWords(days: number | null): string {
  if (days === null) return "no period given";
  if (days === 0) return "never";
  return days === 1 ? "every day" : `every ${days} days`;
}

/** Metadata that a secret must carry before it is handed out [META-1], as people say it. */
export const METADATA_WORDS = {
  owner: "owner",
  service: "service",
  "data-classification": "data class",
  tier: "tier",
  "rotation-period": "rotation period",
  "last-rotated": "first value",
} as const satisfies Record<MetadataField, string>;

/** In which order secrets can be listed. */
export const SECRET_SORTS = {
  name: "name",
  "ends-first": "what to rotate first",
  "newest-first": "newest",
} as const;
