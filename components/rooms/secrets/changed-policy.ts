import type { SecretEdit, SecretRow } from "../views.ts";

/** The metadata that a form may change. */
export type Policy = Pick<
  SecretRow,
  "owner" | "service" | "dataClassification" | "tier" | "rotationPeriodDays"
>;

/** What the form changes; null where it changes nothing. An emptied field is taken away. */
export function changedPolicy(form: FormData, row: Policy): SecretEdit["change"] | null {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
  };
  const days = text("rotationPeriodDays");
  const after: Policy = {
    owner: text("owner"),
    service: text("service"),
    dataClassification: text("dataClassification"),
    tier: text("tier"),
    rotationPeriodDays: days === null ? null : Number.parseInt(days, 10),
  };
  const change = {
    ...(after.owner === row.owner ? {} : { owner: after.owner }),
    ...(after.service === row.service ? {} : { service: after.service }),
    ...(after.dataClassification === row.dataClassification
      ? {}
      : { dataClassification: after.dataClassification }),
    ...(after.tier === row.tier ? {} : { tier: after.tier }),
    ...(after.rotationPeriodDays === row.rotationPeriodDays
      ? {}
      : { rotationPeriodDays: after.rotationPeriodDays }),
  };
  return Object.keys(change).length === 0 ? null : change;
}
