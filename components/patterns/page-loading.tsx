import { SkeletonFacts } from "../ui/skeleton.tsx";

/** A page of which even the title is still being read: those who hear it are told what is coming. */
export function PageLoading({ what }: { what: string }) {
  return (
    <div className="max-w-3xl pt-8">
      <h1 className="sr-only">{what}</h1>
      <SkeletonFacts label={`Reading: ${what}`} facts={10} />
    </div>
  );
}
