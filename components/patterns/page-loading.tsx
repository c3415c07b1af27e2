import { SkeletonRows } from "../ui/skeleton.tsx";

/** A page of which even the title is still being read: those who hear it are told what is coming. */
export function PageLoading({ what, rows }: { what: string; rows?: number }) {
  return (
    <div className="pt-8">
      <h1 className="sr-only">{what}</h1>
      <SkeletonRows label={`Reading: ${what}`} {...(rows === undefined ? {} : { rows })} />
    </div>
  );
}
