"use client";
import { type FormEvent, useState } from "react";
import { Field } from "../../../components/ui/field.tsx";
import { Textarea } from "../../../components/ui/input.tsx";
import { DraftButtons, DraftDialog, type Drafting } from "./draft-dialog.tsx";

const LONGEST = 1000;

/** Ends something, with the reason that stands in the ledger: names its object and says what follows first. */
export function RevokeDialog({
  trigger = "Revoke",
  size,
  title,
  explains,
  disabledReason,
  draft,
  onDraft,
}: {
  trigger?: string;
  size?: "sm" | "md";
  title: string;
  explains: string;
  disabledReason?: string | null;
  draft: Drafting & { readonly isPending: boolean };
  onDraft: (reason: string) => void;
}) {
  const [error, setError] = useState<string | null>(null);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const why = new FormData(event.currentTarget).get("reason");
    const text = typeof why === "string" ? why.trim().normalize("NFC") : "";
    if (text === "") setError("Say why, in a sentence: it stands in the ledger beside your name.");
    else if (!draft.isPending) onDraft(text);
  };
  return (
    <DraftDialog
      trigger={trigger}
      {...(size === undefined ? {} : { size })}
      title={title}
      explains={explains}
      disabledReason={disabledReason ?? null}
      draft={draft}
    >
      {(leave) => (
        <form onSubmit={submit} noValidate className="flex flex-col gap-4">
          <Field label="Why" required error={error}>
            {(control) => (
              <Textarea
                {...control}
                name="reason"
                maxLength={LONGEST}
                onChange={() => setError(null)}
              />
            )}
          </Field>
          <DraftButtons isBusy={draft.isPending} isAlarm onLeave={leave} />
        </form>
      )}
    </DraftDialog>
  );
}
