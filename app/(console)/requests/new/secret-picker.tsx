"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useState } from "react";
import { SECRET_LOOKS } from "../../../../components/rooms/secrets/secret-words.ts";
import { Badge } from "../../../../components/ui/badge.tsx";
import { cx } from "../../../../components/ui/class-names.ts";
import type { FieldControl } from "../../../../components/ui/field.tsx";
import { Input } from "../../../../components/ui/input.tsx";
import { Name } from "../../../../components/ui/name.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";

/** Finds a secret by any part of its name: arrows choose, enter takes, a pasted `secret://` name works too. */
export function SecretPicker({
  control,
  chosen,
  onPick,
}: {
  control: FieldControl;
  chosen: readonly string[];
  onPick: (name: string) => void;
}) {
  const trpc = useTRPC();
  const listId = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const q = text.trim().replace(/^secret:\/\//, "");
  const found = useQuery(
    trpc.secrets.suggest.queryOptions(
      { q, limit: 8 },
      { enabled: q.length > 1, placeholderData: keepPreviousData },
    ),
  );
  const options =
    q.length > 1 ? (found.data ?? []).filter((row) => !chosen.includes(row.name)) : [];
  const current = options[Math.min(at, options.length - 1)];
  const pick = (name: string) => {
    onPick(name);
    setText("");
    setAt(0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt(Math.min(Math.max(Math.min(at, options.length - 1) + step, 0), options.length - 1));
    } else if (event.key === "Enter" && q !== "" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      if (current !== undefined) pick(current.name);
    } else if (event.key === "Escape" && text !== "") {
      event.stopPropagation();
      setText("");
    }
  };
  return (
    <div className="relative">
      <Input
        {...control}
        role="combobox"
        aria-expanded={options.length > 0}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={current === undefined ? undefined : `${listId}-${current.secret}`}
        required={false}
        aria-required="true"
        autoComplete="off"
        spellCheck={false}
        placeholder="payments/prod/postgres"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        className="font-mono"
      />
      <div
        id={listId}
        role="listbox"
        aria-label="Secrets that fit"
        className="absolute inset-x-0 top-full z-10 mt-1 max-h-72 overflow-y-auto rounded-md border border-line bg-sheet p-1 shadow-raised empty:hidden"
      >
        {options.map((row) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the box above has the keyboard and speaks for its options
          // biome-ignore lint/a11y/useFocusableInteractive: the same: aria-activedescendant
          <div
            key={row.secret}
            id={`${listId}-${row.secret}`}
            role="option"
            aria-selected={row === current}
            onClick={() => pick(row.name)}
            className={cx(
              "flex min-h-(--control) cursor-default items-center justify-between gap-3 rounded-sm px-2.5 py-1 text-sm",
              row === current && "bg-blue-wash",
            )}
          >
            <Name>{row.name}</Name>
            {row.state !== "healthy" && <Badge plain look={SECRET_LOOKS[row.state]} />}
          </div>
        ))}
      </div>
      <p role="status" className="sr-only">
        {q.length > 1 && !found.isFetching && `${options.length} fit`}
      </p>
    </div>
  );
}
