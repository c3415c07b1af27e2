"use client";
import { PROOF_WORDS } from "../../../components/rooms/workloads/bindings-table.tsx";
import { RemovableChip } from "../../../components/ui/chip.tsx";
import { Field } from "../../../components/ui/field.tsx";
import { Input, Select } from "../../../components/ui/input.tsx";
import { counted } from "../../../components/ui/time-words.ts";
import { SecretPicker } from "../requests/new/secret-picker.tsx";
import { BINDING_DAYS, type BindingProblems } from "./read-binding.ts";

const PROOFS = Object.entries(PROOF_WORDS);

export function BindFields({
  secret,
  isFixed,
  onPick,
  problems,
}: {
  secret: string | null;
  isFixed: boolean;
  onPick: (name: string | null) => void;
  problems: BindingProblems;
}) {
  return (
    <>
      {!isFixed && (
        <Field label="Secret" required error={problems.name ?? null}>
          {(control) => (
            <>
              {secret !== null && (
                <span>
                  <RemovableChip label={secret} onRemove={() => onPick(null)} />
                </span>
              )}
              <SecretPicker
                control={control}
                chosen={secret === null ? [] : [secret]}
                onPick={onPick}
              />
            </>
          )}
        </Field>
      )}
      <Field
        label="Workload"
        required
        error={problems.workload ?? null}
        hint="Its SPIFFE ID, exactly as its certificate has it: capital and small letters are different workloads."
      >
        {(control) => (
          <Input
            {...control}
            name="workload"
            maxLength={512}
            autoComplete="off"
            spellCheck={false}
            placeholder="spiffe://acme.example/prod/payments/api"
            className="font-mono"
          />
        )}
      </Field>
      <Field
        label="How it proves who it is"
        required
        hint="Where the gateway vouches, whoever owns the gateway could fetch too. Refused for production secrets with personal data."
      >
        {(control) => (
          <Select {...control} name="proof" defaultValue="end-to-end">
            {PROOFS.map(([value, word]) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="For how long" required>
        {(control) => (
          <Select {...control} name="days" defaultValue="30">
            {BINDING_DAYS.map((days) => (
              <option key={days} value={days}>
                {counted(days, "day")}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </>
  );
}
