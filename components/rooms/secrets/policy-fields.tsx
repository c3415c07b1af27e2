"use client";
import { DATA_CLASSIFICATIONS, TIERS } from "@countersign/protocol/taxonomy";
import { Field } from "../../ui/field.tsx";
import { Input, Select } from "../../ui/input.tsx";
import type { Policy } from "./changed-policy.ts";
import { classificationInWords } from "./secret-words.ts";

/** The metadata of one secret as it holds now, to be changed. */
export function PolicyFields({ row }: { row: Policy }) {
  return (
    <>
      <Field saysOptional={false} label="Owner" hint="The team that answers for it.">
        {(control) => (
          <Input
            {...control}
            name="owner"
            maxLength={64}
            autoComplete="off"
            defaultValue={row.owner ?? ""}
          />
        )}
      </Field>
      <Field saysOptional={false} label="Service" hint="The service that uses it.">
        {(control) => (
          <Input
            {...control}
            name="service"
            maxLength={64}
            autoComplete="off"
            defaultValue={row.service ?? ""}
          />
        )}
      </Field>
      <div className="grid gap-5 sm:grid-cols-3">
        <Field saysOptional={false} label="Data class">
          {(control) => (
            <Select
              {...control}
              name="dataClassification"
              defaultValue={row.dataClassification ?? ""}
            >
              <Now value={row.dataClassification} among={DATA_CLASSIFICATIONS} />
              {DATA_CLASSIFICATIONS.map((it) => (
                <option key={it} value={it}>
                  {classificationInWords(it)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field saysOptional={false} label="Tier">
          {(control) => (
            <Select {...control} name="tier" defaultValue={row.tier ?? ""}>
              <Now value={row.tier} among={TIERS} />
              {TIERS.map((it) => (
                <option key={it}>{it}</option>
              ))}
            </Select>
          )}
        </Field>
        <Field saysOptional={false} label="Rotation, in days">
          {(control) => (
            <Input
              {...control}
              name="rotationPeriodDays"
              type="number"
              min={0}
              max={36_500}
              defaultValue={row.rotationPeriodDays ?? ""}
            />
          )}
        </Field>
      </div>
    </>
  );
}

/** What holds now where it is none of the known words: shown, so that it is not changed by opening the form. */
function Now({ value, among }: { value: string | null; among: readonly string[] }) {
  if (value !== null && among.includes(value)) return null;
  return <option value={value ?? ""}>{value ?? "not given"}</option>;
}
