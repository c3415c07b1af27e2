"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { PersonDetail } from "../../../../components/rooms/views.ts";
import { Field } from "../../../../components/ui/field.tsx";
import { Input } from "../../../../components/ui/input.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { DraftButtons, DraftDialog } from "../../_frame/draft-dialog.tsx";
import { useMe } from "../../_frame/me.tsx";
import { useDesk } from "../../_frame/use-desk.ts";

type Problems = { readonly [K in "issuer" | "subject"]?: string };

/** Links an account at the identity provider to a person, so that it is them who come in with it. */
export function LinkDialog({ of }: { of: PersonDetail }) {
  const trpc = useTRPC();
  const desk = useDesk();
  const [problems, setProblems] = useState<Problems>({});
  const link = useMutation(trpc.people.draftLink.mutationOptions());
  const issuer = useOwnIssuer();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const found: Problems = {
      ...(URL.canParse(text("issuer")) ? {} : { issuer: "Write the provider's whole address." }),
      ...(text("subject") === ""
        ? { subject: "Copy it from the provider: it names one account." }
        : {}),
    };
    setProblems(found);
    if (Object.keys(found).length > 0 || link.isPending) return;
    link.mutate({
      person: of.row.person,
      issuer: text("issuer"),
      subject: text("subject"),
      returnTo: desk.returnTo,
    });
  };
  return (
    <DraftDialog
      trigger="Link an account"
      title={`Link an account to ${of.row.name}`}
      explains="Whoever comes in with this account is taken for this person, as soon as their hardware key agrees. An account is linked to one person only."
      disabledReason={of.may.link}
      draft={link}
    >
      {(leave) => (
        <form onSubmit={submit} noValidate className="flex flex-col gap-5">
          <Field
            label="Issuer"
            required
            error={problems.issuer ?? null}
            hint="The identity provider, exactly as its tokens name it."
          >
            {(control) => (
              <Input
                {...control}
                key={issuer}
                name="issuer"
                type="url"
                maxLength={512}
                autoComplete="off"
                defaultValue={issuer}
              />
            )}
          </Field>
          <Field
            label="Subject"
            required
            error={problems.subject ?? null}
            hint="The account's lasting id there (sub), not an e-mail address that may be given to somebody else."
          >
            {(control) => (
              <Input
                {...control}
                name="subject"
                maxLength={255}
                autoComplete="off"
                spellCheck={false}
                className="font-mono"
              />
            )}
          </Field>
          <DraftButtons isBusy={link.isPending} onLeave={leave} />
        </form>
      )}
    </DraftDialog>
  );
}

/** The provider of the reader's own account: they are signed in, so it is one that this installation knows. */
function useOwnIssuer(): string {
  const trpc = useTRPC();
  const me = useMe();
  const own = useQuery(
    trpc.people.detail.queryOptions({ person: me?.person ?? "" }, { enabled: me !== undefined }),
  );
  const account = own.data?.accounts.find((it) => it.status === "linked" && it.text !== null);
  return account?.text?.split(" ")[0] ?? "";
}
