"use client";
import { Button } from "../components/ui/button.tsx";
import { Name } from "../components/ui/name.tsx";
import { Wordmark } from "../components/ui/wordmark.tsx";

/** A page that failed. Its text is nobody's business; the number finds it in the log. */
export default function PageError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <main className="mx-auto max-w-prose px-5 py-16" role="alert">
      <Wordmark />
      <h1 className="mt-8 text-2xl font-semibold">Something went wrong</h1>
      <p className="mt-2">
        This page could not be drawn. Nothing was changed, and nothing was signed. The desk and the
        command line work without it.
      </p>
      <p className="mt-6">
        <Button kind="primary" onClick={reset}>
          Try again
        </Button>
      </p>
      {error.digest !== undefined && (
        <p className="mt-6 text-xs text-quiet">
          <Name>{error.digest}</Name>
        </p>
      )}
    </main>
  );
}
