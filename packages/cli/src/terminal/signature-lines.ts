import { ROLE_NAMES, type Role } from "@countersign/protocol/roles";
import { cellsOf } from "@countersign/protocol/text-wrap";
import type { Candidate, SignatureLine } from "@countersign/protocol/views";
import { type Line, styled } from "./channel.ts";
import { clean } from "./clean.ts";
import { relativeTime } from "./times.ts";

/**
 * The lines of a statement card: dotted while nobody has signed, a drawn rule with name, role, key,
 * time and the ledger's seal once somebody has. Progress is the lines filling in, never a percentage.
 */
export function signatureLines(
  lines: readonly SignatureLine[],
  candidates: readonly Candidate[],
  width: number,
  nowMs: number,
): Line[] {
  return lines.map((line) =>
    line.signed === null
      ? openLine(line, candidates, width)
      : signedLine(line.signed, width, nowMs),
  );
}

const RULE_COLUMNS = 12;

function signedLine(by: NonNullable<SignatureLine["signed"]>, width: number, nowMs: number): Line {
  const rule = styled("good", "─".repeat(width < 60 ? 3 : RULE_COLUMNS));
  const name = clean(by.name);
  const who = width < 48 ? name : `${name}, ${ROLE_NAMES[by.role]}`;
  const key = `key ${by.credential.slice(0, 6)}`;
  const when = relativeTime(by.at, nowMs);
  const seal = `● entry ${by.index}`;
  return width < 60
    ? [rule, " ", styled("strong", who), " ", styled("good", seal)]
    : [
        rule,
        " ",
        styled("strong", who),
        "  ",
        styled("quiet", `${key}  ${when}`),
        "  ",
        styled("good", seal),
      ];
}

function openLine(line: SignatureLine, candidates: readonly Candidate[], width: number): Line {
  const roles = rolesInWords(line.anyOf);
  const able = candidates
    .filter((it) => it.cannot === null && line.anyOf.includes(it.role))
    .map((it) => clean(it.name));
  const dots = styled("due", "·".repeat(width < 60 ? 3 : RULE_COLUMNS));
  const who =
    able.length === 0
      ? "nobody can sign here now"
      : listed(able, width - cellsOf(roles) - RULE_COLUMNS - 6);
  return [dots, " ", roles, "  ", styled("quiet", who)];
}

export function rolesInWords(roles: readonly Role[]): string {
  return roles.map((role) => ROLE_NAMES[role]).join(" or ") || "nobody";
}

function listed(names: readonly string[], room: number): string {
  const unique = [...new Set(names)];
  const all = unique.join(", ");
  return cellsOf(all) <= room || unique.length < 2
    ? all
    : `${unique[0]} and ${unique.length - 1} more`;
}

/** Why somebody who holds the role cannot sign: one sentence each, for people who look for another. */
export function hindrances(candidates: readonly Candidate[]): string[] {
  return candidates.flatMap((it) => (it.cannot === null ? [] : [`${it.name}: ${it.cannot}`]));
}
