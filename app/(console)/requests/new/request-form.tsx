"use client";
import { type FormEvent, useState } from "react";
import type { RequestChoices } from "../../../../components/rooms/views.ts";
import { Button } from "../../../../components/ui/button.tsx";
import { RemovableChip } from "../../../../components/ui/chip.tsx";
import { Field } from "../../../../components/ui/field.tsx";
import { Input, Select, Textarea } from "../../../../components/ui/input.tsx";
import { Moment } from "../../../../components/ui/moment.tsx";
import {
  durationChoices,
  type RequestDraft,
  type RequestProblems,
  readRequest,
} from "./read-request.ts";
import { SecretPicker } from "./secret-picker.tsx";

/** What, why, for how long, and on which device. Every problem stands beside its field. */
export function RequestForm({
  choices,
  initial,
  isBusy,
  onEdit,
  onDraft,
}: {
  choices: RequestChoices;
  /** Names that the address brought along. */
  initial: readonly string[];
  isBusy: boolean;
  /** Something was changed: what was drawn up before no longer is what is written here. */
  onEdit: () => void;
  onDraft: (request: RequestDraft) => void;
}) {
  const [secrets, setSecrets] = useState<readonly string[]>(initial);
  const [problems, setProblems] = useState<RequestProblems>({});
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const read = readRequest(new FormData(event.currentTarget), secrets, choices);
    setProblems(read.ok ? {} : read.problems);
    if (read.ok && !isBusy) onDraft(read.request);
    if (!read.ok) {
      const form = event.currentTarget;
      requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid]")?.focus());
    }
  };
  const take = (names: readonly string[]) => {
    setSecrets(names);
    onEdit();
  };
  const problem = (field: keyof RequestProblems) => problems[field] ?? null;
  return (
    <form onSubmit={submit} onChange={onEdit} noValidate className="flex flex-col gap-5">
      <Field
        label="Secret"
        required
        error={problem("secrets")}
        hint={`Part of the name is enough. ${choices.maxSecrets} at most in one request.`}
      >
        {(control) => (
          <>
            {secrets.length > 0 && (
              <span className="flex flex-wrap gap-1.5">
                {secrets.map((name) => (
                  <RemovableChip
                    key={name}
                    label={name}
                    onRemove={() => take(secrets.filter((it) => it !== name))}
                  />
                ))}
              </span>
            )}
            <SecretPicker
              control={control}
              chosen={secrets}
              onPick={(name) => {
                if (!secrets.includes(name)) take([...secrets, name]);
              }}
            />
          </>
        )}
      </Field>
      <Field
        label="Why"
        required
        error={problem("justification")}
        hint="Those who approve read this, and so do auditors, for years."
      >
        {(control) => <Textarea {...control} name="justification" maxLength={1000} />}
      </Field>
      <Field label="Ticket" required error={problem("ticket")}>
        {(control) => (
          <Input
            {...control}
            name="ticket"
            maxLength={80}
            autoComplete="off"
            placeholder="OPS-4711"
          />
        )}
      </Field>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label="For how long" required error={problem("durationSeconds")}>
          {(control) => (
            <Select {...control} name="durationSeconds" defaultValue="3600">
              {durationChoices(choices.maxDurationSeconds).map(({ seconds, words }) => (
                <option key={seconds} value={seconds}>
                  {words}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Openings" required error={problem("maxUses")}>
          {(control) => (
            <Input
              {...control}
              name="maxUses"
              type="number"
              inputMode="numeric"
              min={1}
              max={choices.maxUses}
              defaultValue={1}
            />
          )}
        </Field>
      </div>
      <Field
        label="Device"
        required
        error={problem("device")}
        hint="The value is sealed to this device and opens nowhere else."
      >
        {(control) => (
          <Select {...control} name="device">
            {choices.devices.map((device) => (
              <option key={device.device} value={device.device}>
                {device.label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {choices.devices[0] !== undefined && choices.devices.length === 1 && (
        <p className="-mt-3 text-sm text-quiet">
          Enrolled <Moment at={choices.devices[0].enrolledAt} />.
        </p>
      )}
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
