"use client";
import { ChevronDown, Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { chipStyle } from "../ui/chip.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { Menu, MenuCheck, MenuLabel } from "../ui/menu.tsx";
import { Link } from "./link.tsx";
import { useAddress } from "./use-address.ts";

const PAUSE_MS = 200;

/** Types into the address, a little after the typing stops. `/` goes here. */
export function SearchBox({ label, placeholder }: { label: string; placeholder: string }) {
  const address = useAddress();
  const asked = address.get("q") ?? "";
  const [text, setText] = useState(asked);
  const [known, setKnown] = useState(asked);
  const box = useRef<HTMLInputElement>(null);
  // The address changed by something else: back, or a chip that clears everything.
  if (known !== asked) {
    setKnown(asked);
    setText(asked);
  }
  useEffect(() => {
    if (text === asked) return;
    const later = setTimeout(() => {
      setKnown(text);
      // Whoever has gone on to a row already, and opened it, keeps it.
      const isTyped = document.activeElement === box.current;
      address.replace(isTyped ? { q: text, open: null } : { q: text });
    }, PAUSE_MS);
    return () => clearTimeout(later);
  }, [text, asked, address]);
  return (
    <label className="relative block min-w-56 flex-1">
      <span className="sr-only">{label}</span>
      <Search
        aria-hidden="true"
        className="pointer-events-none absolute left-3 top-1/2 size-4 -translate-y-1/2 text-quiet"
      />
      <input
        ref={box}
        type="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        className="min-h-(--control) w-full rounded-md border border-edge bg-sheet pl-9 pr-9 text-base [&::-webkit-search-cancel-button]:hidden"
      />
      <span className="pointer-events-none absolute right-2.5 top-1/2 -translate-y-1/2 max-sm:hidden">
        <Kbd>/</Kbd>
      </span>
    </label>
  );
}

export type Choice = {
  readonly value: string;
  readonly word: string;
  /** How many rows it would leave; not shown while that is not known. */
  readonly count?: number | undefined;
};

/** One key of the address with a few values: each a chip; several may be on, and widen what is shown. */
export function FilterChips({
  name,
  label,
  choices,
}: {
  name: string;
  label: string;
  choices: readonly Choice[];
}) {
  const address = useAddress();
  const chosen = address.all(name);
  if (choices.length === 0) return null;
  return (
    <fieldset className="flex flex-wrap items-center gap-1.5">
      <legend className="sr-only">{label}</legend>
      <span aria-hidden="true" className="mr-0.5 text-sm text-quiet">
        {label}
      </span>
      {choices.map(({ value, word, count }) => {
        const on = chosen.includes(value);
        const after = on ? chosen.filter((it) => it !== value) : [...chosen, value];
        return (
          <Link
            key={value}
            href={address.href({ [name]: after, open: null })}
            scroll={false}
            replace
            data-slot="chip"
            aria-current={on ? "true" : undefined}
            className={chipStyle(on)}
          >
            {word}
            {count !== undefined && <span className="text-quiet">{count}</span>}
            {on && <X aria-hidden="true" className="size-3.5" />}
          </Link>
        );
      })}
    </fieldset>
  );
}

/** As `FilterChips`, for choices too many to stand in a row: a menu, and on its button what is chosen. */
export function FilterMenu({
  name,
  label,
  choices,
}: {
  name: string;
  label: string;
  choices: readonly Choice[];
}) {
  const address = useAddress();
  const chosen = address.all(name);
  if (choices.length === 0) return null;
  const words = choices.filter((it) => chosen.includes(it.value)).map((it) => it.word);
  const change = (value: string, on: boolean) =>
    address.replace({
      [name]: on ? [...chosen, value] : chosen.filter((it) => it !== value),
      open: null,
    });
  return (
    <Menu
      trigger={
        <button type="button" data-slot="chip" className={chipStyle(words.length > 0)}>
          {words.length === 0 ? label : `${label}: ${words.join(", ")}`}
          <ChevronDown aria-hidden="true" className="size-3.5" />
        </button>
      }
    >
      <MenuLabel>{label}</MenuLabel>
      {choices.map(({ value, word, count }) => (
        <MenuCheck
          key={value}
          checked={chosen.includes(value)}
          onChange={(on) => change(value, on)}
        >
          <span className="flex-1">{word}</span>
          {count !== undefined && <span className="text-quiet">{count}</span>}
        </MenuCheck>
      ))}
    </Menu>
  );
}

/** Of one key of which exactly one value holds: tabs, each a place. */
export function FilterTabs({
  name,
  label,
  fallback,
  choices,
}: {
  name: string;
  label: string;
  /** What holds where the address says nothing. */
  fallback: string;
  choices: readonly Choice[];
}) {
  const address = useAddress();
  const chosen = address.get(name) ?? fallback;
  return (
    <nav aria-label={label} className="flex gap-5 border-b border-line">
      {choices.map(({ value, word, count }) => (
        <Link
          key={value}
          href={address.href({ [name]: value === fallback ? null : value, open: null })}
          scroll={false}
          aria-current={chosen === value ? "page" : undefined}
          className="-mb-px flex min-h-(--control) items-center gap-1.5 border-b-2 border-transparent text-quiet no-underline hover:text-ink aria-[current]:border-blue aria-[current]:font-medium aria-[current]:text-ink"
        >
          {word}
          {count !== undefined && count > 0 && (
            <span className="rounded-full bg-wash px-1.5 text-xs text-quiet">{count}</span>
          )}
        </Link>
      ))}
    </nav>
  );
}
