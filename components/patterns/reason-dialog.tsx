"use client";
import { type FormEvent, useState } from "react";
import { Button } from "../ui/button.tsx";
import type { ButtonKind } from "../ui/button-style.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Textarea } from "../ui/input.tsx";

const LONGEST = 1000;

/** A deed that must say why: names its object, says what follows, asks for a reason, goes on. */
export function ReasonDialog({
  trigger,
  kind = "plain",
  title,
  explains,
  confirm,
  disabledReason = null,
  isBusy,
  onConfirm,
}: {
  trigger: string;
  kind?: ButtonKind;
  /** With the name of what it is done to. */
  title: string;
  /** What follows from it. */
  explains: string;
  confirm: string;
  disabledReason?: string | null;
  isBusy: boolean;
  onConfirm: (reason: string) => void;
}) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const [error, setError] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const text = reason.trim().normalize("NFC");
    if (text === "") setError("Say why, in a sentence: it stands in the ledger beside your name.");
    else onConfirm(text);
  };
  return (
    <>
      <Button
        kind={kind === "alarm" ? "plain" : kind}
        disabledReason={disabledReason}
        onClick={() => setOpen(true)}
      >
        {trigger}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={title} description={explains}>
        <form onSubmit={submit} noValidate className="flex flex-col gap-4 px-5 pt-4 pb-5">
          <Field label="Why" required error={error}>
            {(control) => (
              <Textarea
                {...control}
                value={reason}
                maxLength={LONGEST}
                onChange={(event) => {
                  setReason(event.target.value);
                  setError(null);
                }}
              />
            )}
          </Field>
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Leave it</Button>
            <Button
              type="submit"
              kind={kind === "alarm" ? "alarm" : "primary"}
              disabledReason={isBusy ? "It is being drawn up." : null}
            >
              {confirm}
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
