"use client";
import { FlaskConical, Menu as MenuIcon, Search } from "lucide-react";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import { IconButton } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { Wordmark } from "../ui/wordmark.tsx";
import { Link } from "./link.tsx";
import type { NavKey } from "./nav-items.ts";
import { paths } from "./paths.ts";
import { SideNav, type Waiting } from "./side-nav.tsx";

const DEVELOPMENT =
  "This is a development installation: its keys may live in software, so its signatures prove nothing.";

/** What stands around every page: where one is, what waits, how to find anything, who one is. */
export function AppShell({
  waiting,
  rooms,
  isDevelopment,
  onSearch,
  account,
  banner,
  children,
}: {
  waiting: Waiting;
  /** Parts that the reader may enter; all while that is not known. */
  rooms?: readonly NavKey[] | undefined;
  isDevelopment: boolean;
  /** Opens the command palette. */
  onSearch: () => void;
  account: ReactNode;
  /** Above every page: a session about to end, a service that does not answer. */
  banner?: ReactNode;
  children: ReactNode;
}) {
  const [navOpen, setNavOpen] = useState(false);
  const pathname = usePathname();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes when the place changes
  useEffect(() => setNavOpen(false), [pathname]);
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:left-3 focus:top-3 focus:z-50 focus:rounded-md focus:bg-sheet focus:px-4 focus:py-2"
      >
        To the content
      </a>
      <aside aria-label="Countersign" className="hidden border-r border-line lg:block">
        <div className="sticky top-0 flex h-dvh flex-col gap-4 px-3 py-3">
          <Link href={paths.overview()} className="px-3 py-1.5 no-underline">
            <Wordmark />
          </Link>
          <SideNav waiting={waiting} rooms={rooms} />
          {isDevelopment && <Development />}
        </div>
      </aside>
      <div className="min-w-0">
        <header className="sticky top-0 z-20 flex h-14 items-center gap-2 border-b border-line bg-paper px-3 sm:px-6 print:hidden">
          <IconButton
            label="Parts of the console"
            className="lg:hidden"
            onClick={() => setNavOpen(true)}
          >
            <MenuIcon aria-hidden="true" className="size-5" />
          </IconButton>
          <button
            type="button"
            onClick={onSearch}
            aria-keyshortcuts="Meta+K Control+K"
            className="flex min-h-(--control) min-w-0 max-w-md flex-1 items-center gap-2.5 rounded-md border border-line bg-sheet px-3 text-sm text-quiet hover:border-edge"
          >
            <Search aria-hidden="true" className="size-4 flex-none" />
            <span className="min-w-0 flex-1 truncate text-left">Search, go to, ask for</span>
            <span className="flex gap-0.5 max-sm:hidden">
              <Kbd>⌘</Kbd>
              <Kbd>K</Kbd>
            </span>
          </button>
          <div className="ml-auto flex flex-none items-center gap-1">{account}</div>
        </header>
        {banner}
        <main id="main" tabIndex={-1} className="mx-auto max-w-[90rem] px-3 pb-16 sm:px-6">
          {children}
        </main>
      </div>
      <Dialog open={navOpen} onOpenChange={setNavOpen} title="Parts of the console" place="left">
        <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-3 py-3">
          <SideNav waiting={waiting} rooms={rooms} onGo={() => setNavOpen(false)} />
          {isDevelopment && <Development />}
        </div>
      </Dialog>
    </div>
  );
}

function Development() {
  return (
    <p className="mt-auto flex items-start gap-2 rounded-md border border-dashed border-edge px-3 py-2 text-xs text-quiet">
      <FlaskConical aria-hidden="true" className="mt-0.5 size-3.5 flex-none" />
      {DEVELOPMENT}
    </p>
  );
}
