import type { ReactNode } from "react";

/** The title of a page, a line about it where one helps, and the acts that it is for. */
export function PageHeader({
  title,
  above,
  children,
  acts,
}: {
  title: ReactNode;
  /** Where this stands: a way back up. */
  above?: ReactNode;
  children?: ReactNode;
  acts?: ReactNode;
}) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 pb-4 pt-6">
      <div className="min-w-0 max-w-prose flex-1 basis-72">
        {above !== undefined && <div className="mb-1 text-sm text-quiet">{above}</div>}
        <h1 className="text-2xl font-[620] tracking-[-0.018em]">{title}</h1>
        {children !== undefined && <div className="mt-1 text-quiet">{children}</div>}
      </div>
      {acts !== undefined && (
        <div className="flex flex-wrap items-center gap-2 [&>p]:basis-full">{acts}</div>
      )}
    </header>
  );
}

/** A part of a page, under its own heading. */
export function Section({
  title,
  aside,
  children,
  id,
}: {
  title: string;
  /** Beside the heading, at the right. */
  aside?: ReactNode;
  children: ReactNode;
  id?: string;
}) {
  return (
    <section aria-label={title} id={id} className="mt-8 first:mt-0">
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 className="text-lg font-semibold tracking-[-0.01em]">{title}</h2>
        {aside !== undefined && <div className="text-sm text-quiet">{aside}</div>}
      </div>
      {children}
    </section>
  );
}
