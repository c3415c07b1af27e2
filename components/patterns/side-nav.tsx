"use client";
import { usePathname } from "next/navigation";
import { cx } from "../ui/class-names.ts";
import { Link } from "./link.tsx";
import { isWithin, NAV, NAV_KEYS, type NavKey } from "./nav-items.ts";

/** How many things wait for the reader, by part of the console. Nothing else is ever counted there. */
export type Waiting = Partial<Readonly<Record<NavKey, number>>>;

export function SideNav({
  waiting,
  rooms = NAV_KEYS,
  onGo,
}: {
  waiting: Waiting;
  rooms?: readonly NavKey[] | undefined;
  onGo?: () => void;
}) {
  const pathname = usePathname();
  return (
    <nav aria-label="Parts of the console">
      <ul className="space-y-px">
        {NAV_KEYS.filter((key) => rooms.includes(key)).map((key) => {
          const { word, href, icon: Icon } = NAV[key];
          const here = isWithin(pathname, href);
          const count = waiting[key] ?? 0;
          return (
            <li key={key}>
              <Link
                href={href}
                {...(onGo === undefined ? {} : { onClick: onGo })}
                aria-current={here ? "page" : undefined}
                className={cx(
                  "flex min-h-(--control) items-center gap-3 rounded-md px-3 text-base no-underline transition-colors duration-100",
                  here ? "bg-wash font-medium text-ink" : "text-quiet hover:bg-wash hover:text-ink",
                )}
              >
                <Icon
                  aria-hidden="true"
                  className={cx("size-4.5 flex-none", here && "text-blue")}
                  strokeWidth={1.7}
                />
                <span className="min-w-0 flex-1">{word}</span>
                {count > 0 && (
                  <span className="min-w-6 rounded-full bg-blue px-1.5 py-px text-center text-xs font-semibold text-on-blue">
                    <span className="sr-only">, waits for you: </span>
                    {count}
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
