import type { ReactNode } from "react";

/** Nothing here: says what will stand here, and offers the one sensible act. */
export function Empty({
  title,
  children,
  act,
}: {
  title: string;
  children?: ReactNode;
  act?: ReactNode;
}) {
  return (
    <div className="border-y border-line px-1 py-10">
      <p className="font-medium">{title}</p>
      {children !== undefined && <div className="mt-1 max-w-prose text-quiet">{children}</div>}
      {act !== undefined && <div className="mt-4">{act}</div>}
    </div>
  );
}
