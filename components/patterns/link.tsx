import NextLink from "next/link";
import type { ComponentProps, ReactNode } from "react";
import { type ButtonKind, type ButtonSize, buttonStyle } from "../ui/button-style.ts";
import { cx } from "../ui/class-names.ts";

const LINK = "text-blue underline decoration-edge underline-offset-[0.2em] hover:decoration-blue";

/** A link within the console. Nothing is fetched before it is asked for: reads are recorded. */
export function Link({ className, ...rest }: ComponentProps<typeof NextLink>) {
  return <NextLink prefetch={false} {...rest} className={className ?? LINK} />;
}

export function ButtonLink({
  kind,
  size,
  className,
  ...rest
}: ComponentProps<typeof NextLink> & { kind?: ButtonKind; size?: ButtonSize }) {
  return <NextLink prefetch={false} {...rest} className={cx(buttonStyle(kind, size), className)} />;
}

/**
 * The way to the desk: same tab, full navigation, another origin. A plain link, because the desk is the
 * one place that signs and a window opened by a script could be closed by one.
 */
export function DeskLink({
  href,
  kind = "primary",
  size,
  children,
}: {
  href: string;
  kind?: ButtonKind;
  size?: ButtonSize;
  children: ReactNode;
}) {
  return (
    <a href={href} rel="noreferrer" className={buttonStyle(kind, size)}>
      {children}
    </a>
  );
}
