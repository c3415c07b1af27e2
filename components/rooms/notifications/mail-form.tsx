"use client";
import { type FormEvent, useId, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Checkbox, Input } from "../../ui/input.tsx";
import { Sentence } from "../../ui/name.tsx";
import type { MailSettings } from "../views.ts";

/** Where the reader wants their mail, and whether they want any. */
export function MailForm({
  settings,
  isBusy,
  trouble,
  onSave,
}: {
  settings: MailSettings;
  isBusy: boolean;
  trouble: string | null;
  onSave: (wish: { address: string | null; wanted: boolean }) => void;
}) {
  const id = useId();
  const [error, setError] = useState<string | null>(null);
  const { domains } = settings;
  if (domains === null)
    return (
      <p className="text-sm text-quiet">
        This installation sends no mail. What waits for you stands here and counts in the
        navigation.
      </p>
    );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const address = String(form.get("address") ?? "").trim();
    const wanted = form.get("wanted") !== null;
    if (wanted && address === "") setError("Write the address to which mail is to go.");
    else {
      setError(null);
      onSave({ address: address === "" ? null : address, wanted });
    }
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <Field
        label="Address"
        saysOptional={false}
        error={error}
        hint={`Of ${domains.join(", ")}. A mail says that something waits and where; it names no secret and no reason.`}
      >
        {(control) => (
          <Input
            {...control}
            name="address"
            type="email"
            maxLength={254}
            autoComplete="email"
            defaultValue={settings.address ?? ""}
          />
        )}
      </Field>
      <div className="flex items-center gap-3">
        <Checkbox id={id} name="wanted" defaultChecked={settings.wanted} />
        <label htmlFor={id}>Send me mail</label>
      </div>
      {trouble !== null && (
        <p role="alert" className="text-sm font-medium text-amber">
          <Sentence>{trouble}</Sentence>
        </p>
      )}
      <div>
        <Button type="submit" disabledReason={isBusy ? "It is being kept." : null}>
          Keep this
        </Button>
      </div>
    </form>
  );
}
