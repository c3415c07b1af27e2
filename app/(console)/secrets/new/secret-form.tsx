"use client";
import { DATA_CLASSIFICATIONS, SECRET_TYPES, TIERS } from "@countersign/protocol/taxonomy";
import { type FormEvent, useState } from "react";
import {
  classificationInWords,
  TYPE_WORDS,
} from "../../../../components/rooms/secrets/secret-words.ts";
import type { RegisterChoices } from "../../../../components/rooms/views.ts";
import { Button } from "../../../../components/ui/button.tsx";
import { Field } from "../../../../components/ui/field.tsx";
import { Input, Select } from "../../../../components/ui/input.tsx";
import { readSecret, type SecretDraft, type SecretProblems } from "./read-secret.ts";

/** Name, kind, policy, and where the first value comes from. What is left open keeps it from being handed out. */
export function SecretForm({
  choices,
  isBusy,
  onEdit,
  onDraft,
}: {
  choices: RegisterChoices;
  isBusy: boolean;
  onEdit: () => void;
  onDraft: (secret: SecretDraft) => void;
}) {
  const [problems, setProblems] = useState<SecretProblems>({});
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const read = readSecret(new FormData(form), choices);
    setProblems(read.ok ? {} : read.problems);
    if (read.ok && !isBusy) onDraft(read.secret);
    if (!read.ok)
      requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid]")?.focus());
  };
  return (
    <form onSubmit={submit} onChange={onEdit} noValidate className="flex flex-col gap-5">
      <Field
        label="Name"
        required
        error={problems.name ?? null}
        hint={`service/environment/path/name, for ${choices.services.join(", ")}. Environments: dev, test, staging, prod.`}
      >
        {(control) => (
          <Input
            {...control}
            name="name"
            maxLength={256}
            autoComplete="off"
            spellCheck={false}
            placeholder={`${choices.services[0] ?? "payments"}/prod/postgres/app-password`}
            className="font-mono"
          />
        )}
      </Field>
      <Field label="Kind" required error={problems.category ?? null}>
        {(control) => (
          <Select {...control} name="category" defaultValue="">
            <option value="">Choose</option>
            {SECRET_TYPES.map((type) => (
              <optgroup key={type} label={TYPE_WORDS[type]}>
                {choices.kinds
                  .filter((it) => it.type === type)
                  .map(({ category }) => (
                    <option key={category} value={category}>
                      {category.replaceAll("-", " ")}
                    </option>
                  ))}
              </optgroup>
            ))}
          </Select>
        )}
      </Field>
      <Policy problems={problems} />
      <Field
        label="First value"
        required
        hint="Generated: by the key service's hardware; nobody sees it. Later: from your command line, sealed there."
      >
        {(control) => (
          <Select {...control} name="value" defaultValue="later">
            <option value="later">I put it from the command line, later</option>
            <option value="generated">Generate it; nobody sees it</option>
          </Select>
        )}
      </Field>
      <div>
        <Button
          type="submit"
          kind="primary"
          disabledReason={isBusy ? "It is being drawn up." : null}
        >
          Show what I will sign
        </Button>
      </div>
    </form>
  );
}

const LATER = "It can be said later; until then the value is kept and not handed out.";

function Policy({ problems }: { problems: SecretProblems }) {
  return (
    <>
      <Field label="Owner" hint={`The team that answers for it. ${LATER}`}>
        {(control) => <Input {...control} name="owner" maxLength={64} autoComplete="off" />}
      </Field>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label="Data class">
          {(control) => (
            <Select {...control} name="dataClassification" defaultValue="">
              <option value="">not given</option>
              {DATA_CLASSIFICATIONS.map((it) => (
                <option key={it} value={it}>
                  {classificationInWords(it)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Tier">
          {(control) => (
            <Select {...control} name="tier" defaultValue="">
              <option value="">not given</option>
              {TIERS.map((it) => (
                <option key={it}>{it}</option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <Field
        label="Rotation period"
        hint="In days. The strictest rule for its kind and tier holds."
        error={problems.rotationPeriodDays ?? null}
      >
        {(control) => (
          <Input {...control} name="rotationPeriodDays" type="number" min={0} max={36_500} />
        )}
      </Field>
    </>
  );
}
