"use client";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { DeskLink } from "../../components/patterns/link.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Notice } from "../../components/ui/notice.tsx";
import { Wordmark } from "../../components/ui/wordmark.tsx";
import { useTRPC } from "../_trpc/client.tsx";
import { beginSignIn } from "./begin-sign-in.ts";
import { ReasonNotice } from "./reason-notice.tsx";

/** While somebody signs at the desk; else only to see whether the identity provider came or went. */
const ASK_EVERY_MS = { "waits-for-signature": 1_000, "signed-out": 5_000, open: false } as const;
const HOME = "/";

/** Two steps in: who you are, said by the identity provider; that it is you, signed with your key at the desk. */
export function SignInPage({ wanted, trouble }: { wanted: string | null; trouble: string | null }) {
  const trpc = useTRPC();
  const asked = useQuery({
    ...trpc.session.state.queryOptions(),
    refetchInterval: ({ state }) => state.data !== undefined && ASK_EVERY_MS[state.data.state],
  });
  const session = asked.data;
  const next = wanted ?? (session?.state === "open" ? session.returnTo : HOME);
  useEffect(() => {
    if (session?.state === "open") window.location.replace(ownPath(next));
  }, [session?.state, next]);

  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-6 px-5 py-10">
      <Wordmark className="text-lg" />
      {session?.state === "waits-for-signature" ? (
        <section className="space-y-4">
          <h1 className="text-2xl font-[620]">One signature to go, {session.name}</h1>
          <p>
            Your identity provider says who you are. Now your hardware key says that it is you: sign
            at the desk. This page goes on by itself when you have.
          </p>
          <DeskLink href={session.link}>Sign at the desk</DeskLink>
          <SignInButton wanted={next} kind="quiet">
            Sign in as somebody else
          </SignInButton>
        </section>
      ) : (
        <section className="space-y-4" aria-busy={asked.isPending || session?.state === "open"}>
          <h1 className="text-2xl font-[620]">Sign in</h1>
          <p>
            First at your identity provider, then with your hardware key at the desk. A session
            shows things; it opens no secret.
          </p>
          {trouble !== null && <Notice tone="due">{trouble}</Notice>}
          {asked.isError && (
            <Notice tone="due">
              The console does not answer. The desk and the command line work without it.
            </Notice>
          )}
          {session?.state === "signed-out" && <ReasonNotice session={session} />}
          <SignInButton wanted={next} kind="primary">
            Sign in
          </SignInButton>
        </section>
      )}
    </main>
  );
}

function SignInButton({
  wanted,
  kind,
  children,
}: {
  wanted: string;
  kind: "primary" | "quiet";
  children: string;
}) {
  const [state, setState] = useState<"idle" | "going" | "failed">("idle");
  const go = async () => {
    setState("going");
    try {
      window.location.assign(await beginSignIn(ownPath(wanted)));
    } catch {
      setState("failed");
    }
  };
  return (
    <div className="space-y-2">
      <Button kind={kind} onClick={() => void go()} aria-busy={state === "going"}>
        {children}
      </Button>
      <p role="status" className="text-sm text-quiet">
        {state === "going" && "Going to your identity provider…"}
        {state === "failed" && "The console did not answer. Try again."}
      </p>
    </div>
  );
}

/** Only a path of this site: `//elsewhere` and addresses with a scheme go home. */
function ownPath(path: string): string {
  return /^\/(?![/\\])/.test(path) ? path : HOME;
}
