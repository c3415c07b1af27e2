"use client";
import { Link } from "../../patterns/link.tsx";
import { Section } from "../../patterns/page-header.tsx";
import { paths } from "../../patterns/paths.ts";
import type { Overview } from "../views.ts";
import { type Bar, StackedRows } from "./stacked-rows.tsx";

/** In the order in which the overview counts them. */
const QUARTERS = ["first quarter", "second quarter", "third quarter", "last quarter", "over"];
const ORDER = ["critical", "high", "medium", "low", "none"];

/** How old values are against what their policy allows: before a tier is overdue, its last quarter fills. */
export function AgeChart({ of }: { of: NonNullable<Overview["ages"]> }) {
  const bars: Bar[] = [...of]
    .sort((a, b) => ORDER.indexOf(a.tier) - ORDER.indexOf(b.tier))
    .map(({ tier, quarters }) => ({ label: tier === "none" ? "no tier" : tier, parts: quarters }));
  return (
    <Section
      title="Age of values against policy"
      aside={<Link href={paths.secrets({ state: ["expired", "due"] })}>Those due</Link>}
    >
      {bars.length === 0 ? (
        <p className="text-sm text-quiet">No value has an age yet.</p>
      ) : (
        <StackedRows
          label="Values by tier and used part of their allowed age"
          head="Tier"
          series={QUARTERS}
          bars={bars}
        />
      )}
    </Section>
  );
}
