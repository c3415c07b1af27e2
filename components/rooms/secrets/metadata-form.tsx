"use client";
import { DATA_CLASSIFICATIONS, TIERS } from "@countersign/protocol/taxonomy";
import { type FormEvent, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Input, Select } from "../../ui/input.tsx";
import { counted } from "../../ui/time-words.ts";
import type { SecretEdit } from "../views.ts";
import { classificationInWords } from "./secret-words.ts";

type Change = SecretEdit["change"];

/** What is missing, said once for all that were chosen. What is left empty stays as it is. */
export function MetadataForm({
  count,
  refusal,
  onSend,
}: {
  count: number;
  /** Why it cannot be sent now. */
  refusal: string | null;
  onSend: (change: Change) => void;
}) {
  const [error, setError] = useState<string | null>(null);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (refusal !== null) return;
    const change = changeOf(new FormData(event.currentTarget));
    if (Object.keys(change).length === 0) setError("Fill in at least one field.");
    else {
      setError(null);
      onSend(change);
    }
  };
  return (
    <form
      onSubmit={submit}
      noValidate
      className="flex flex-col gap-4 rounded-lg border border-line bg-sheet p-5"
    >
      <h2 className="font-semibold">
        {count === 0 ? "What is missing" : `Set on ${counted(count, "secret")}`}
      </h2>
      <p className="-mt-3 text-sm text-quiet">What is left empty stays as it is.</p>
      <Field
        saysOptional={false}
        label="Owner"
        hint="The team that answers for it, such as payments-team."
      >
        {(control) => <Input {...control} name="owner" maxLength={64} autoComplete="off" />}
      </Field>
      <Field saysOptional={false} label="Service">
        {(control) => <Input {...control} name="service" maxLength={64} autoComplete="off" />}
      </Field>
      <Field saysOptional={false} label="Data class">
        {(control) => (
          <Select {...control} name="dataClassification" defaultValue="">
            <option value="">as it is</option>
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
          <Select {...control} name="tier" defaultValue="">
            <option value="">as it is</option>
            {TIERS.map((it) => (
              <option key={it}>{it}</option>
            ))}
          </Select>
        )}
      </Field>
      <Field saysOptional={false} label="Rotation period" hint="In days.">
        {(control) => (
          <Input {...control} name="rotationPeriodDays" type="number" min={0} max={36_500} />
        )}
      </Field>
      {error !== null && (
        <p role="alert" className="text-sm font-medium text-amber">
          {error}
        </p>
      )}
      <Button type="submit" kind="primary" disabledReason={refusal}>
        {count > 1 ? `Sign ${count} at the desk` : "Sign at the desk"}
      </Button>
    </form>
  );
}

function changeOf(form: FormData): Change {
  const text = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  const days = Number.parseInt(text("rotationPeriodDays"), 10);
  return {
    ...(text("owner") === "" ? {} : { owner: text("owner") }),
    ...(text("service") === "" ? {} : { service: text("service") }),
    ...(text("dataClassification") === ""
      ? {}
      : { dataClassification: text("dataClassification") }),
    ...(text("tier") === "" ? {} : { tier: text("tier") }),
    ...(Number.isNaN(days) ? {} : { rotationPeriodDays: days }),
  };
}
