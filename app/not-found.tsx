import { ButtonLink } from "../components/patterns/link.tsx";
import { paths } from "../components/patterns/paths.ts";
import { Wordmark } from "../components/ui/wordmark.tsx";

/** An address that is no page. Says so the same way to everybody, whatever might stand there for others. */
export default function NotFound() {
  return (
    <main className="mx-auto max-w-prose px-5 py-16">
      <Wordmark />
      <h1 className="mt-8 text-2xl font-semibold">Nothing stands here</h1>
      <p className="mt-2 text-quiet">
        The address may be mistyped, or what stood here is not yours to see. Nothing was changed.
      </p>
      <p className="mt-6">
        <ButtonLink kind="primary" href={paths.overview()}>
          To the overview
        </ButtonLink>
      </p>
    </main>
  );
}
