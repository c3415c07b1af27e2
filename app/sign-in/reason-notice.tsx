import { Notice } from "../../components/ui/notice.tsx";

type SignedOut = { readonly reason: string; readonly identityProviderAnswers: boolean };

const REASONS: Readonly<Record<string, string>> = {
  idle: "You were away for 15 minutes, so your session ended. Nothing was lost: what you signed stands.",
  ended: "Your session was ended, here or from another machine.",
  expired: "Your session is over: it lasts 12 hours at most.",
  revoked: "Your access was revoked. An officer can tell you more.",
};

/** Why nobody is signed in, and what still works while the identity provider is away. */
export function ReasonNotice({
  session: { reason, identityProviderAnswers },
}: {
  session: SignedOut;
}) {
  const sentence = REASONS[reason];
  return (
    <>
      {sentence !== undefined && <Notice>{sentence}</Notice>}
      {!identityProviderAnswers && (
        <Notice tone="due">
          <p>The identity provider does not answer, so nobody can sign in to the console now.</p>
          <ul className="mt-2 list-disc space-y-1 pl-5">
            <li>Sessions that are open go on, until 12 hours after their sign-in.</li>
            <li>What was granted can still be opened with the command line.</li>
            <li>Workloads still fetch what they are bound to.</li>
            <li>The desk still shows and takes signatures of people with an open session.</li>
          </ul>
        </Notice>
      )}
    </>
  );
}
