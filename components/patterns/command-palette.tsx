"use client";
import { CornerDownLeft, type LucideIcon, Search } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { cx } from "../ui/class-names.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";

export type Command = {
  readonly id: string;
  readonly label: ReactNode;
  /** What is searched in, beside what the palette was given as an answer to the words. */
  readonly words: string;
  readonly hint?: string;
  readonly icon: LucideIcon;
  readonly run: () => void;
};

export type CommandGroup = {
  readonly label: string;
  readonly commands: readonly Command[];
  /** Answers to the words already: not filtered again. */
  readonly isAnswer?: boolean;
};

/** Everything that can be gone to or asked for, in one box. Arrows choose, enter does, escape closes. */
export function CommandPalette({
  open,
  onOpenChange,
  query,
  onQuery,
  groups,
  note,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  query: string;
  onQuery: (query: string) => void;
  groups: readonly CommandGroup[];
  /** Under the list: reading, or what cannot be read. */
  note?: string | null;
}) {
  const listId = useId();
  const [at, setAt] = useState(0);
  const listRef = useRef<HTMLDivElement>(null);
  const shown = groups
    .map((group) => ({
      ...group,
      commands: group.isAnswer
        ? group.commands
        : group.commands.filter((it) => fits(it.words, query)),
    }))
    .filter((group) => group.commands.length > 0);
  const flat = shown.flatMap((group) => group.commands);
  const current = flat[Math.min(at, flat.length - 1)];
  const optionId = (command: Command) => `${listId}-${command.id}`;

  const run = (command: Command) => {
    onOpenChange(false);
    command.run();
  };
  const walk = (to: number) => {
    const next = Math.min(Math.max(to, 0), flat.length - 1);
    setAt(next);
    const command = flat[next];
    if (command !== undefined)
      document.getElementById(optionId(command))?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      walk(Math.min(at, flat.length - 1) + step);
    } else if (event.key === "Enter" && current !== undefined && !event.nativeEvent.isComposing) {
      event.preventDefault();
      run(current);
    }
  };

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Search, go to, ask for"
      place="palette"
      plainTitle={false}
    >
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search aria-hidden="true" className="size-5 flex-none text-quiet" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={current === undefined ? undefined : optionId(current)}
          aria-autocomplete="list"
          aria-label="Search, go to, ask for"
          autoComplete="off"
          spellCheck={false}
          value={query}
          placeholder="A secret, a page, a person, a deed"
          onChange={(event) => {
            setAt(0);
            onQuery(event.target.value);
          }}
          onKeyDown={onKeyDown}
          className="h-14 min-w-0 flex-1 bg-transparent text-lg outline-none"
        />
        <Kbd>esc</Kbd>
      </div>
      <div
        id={listId}
        ref={listRef}
        role="listbox"
        aria-label="What fits"
        className="min-h-0 flex-1 overflow-y-auto p-2"
      >
        {shown.map((group) => (
          // biome-ignore lint/a11y/useSemanticElements: a listbox is divided by groups, not by fieldsets
          <div key={group.label} role="group" aria-label={group.label}>
            <p
              aria-hidden="true"
              className="px-3 pb-1 pt-3 text-xs font-medium text-quiet first:pt-1"
            >
              {group.label}
            </p>
            {group.commands.map((command) => (
              <Option
                key={command.id}
                id={optionId(command)}
                command={command}
                isCurrent={command === current}
                onRun={() => run(command)}
                onPoint={() => setAt(flat.indexOf(command))}
              />
            ))}
          </div>
        ))}
      </div>
      <p role="status" className="border-t border-line px-5 py-2.5 text-sm text-quiet empty:hidden">
        {note ?? (flat.length === 0 ? "Nothing fits these words." : null)}
      </p>
    </Dialog>
  );
}

function Option({
  id,
  command,
  isCurrent,
  onRun,
  onPoint,
}: {
  id: string;
  command: Command;
  isCurrent: boolean;
  onRun: () => void;
  onPoint: () => void;
}) {
  const Icon = command.icon;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the box above has the keyboard and speaks for its options
    // biome-ignore lint/a11y/useFocusableInteractive: the same: aria-activedescendant
    <div
      id={id}
      role="option"
      aria-selected={isCurrent}
      onClick={onRun}
      onPointerMove={onPoint}
      className={cx(
        "flex min-h-11 cursor-default items-center gap-3 rounded-md px-3 py-1.5",
        isCurrent && "bg-blue-wash",
      )}
    >
      <Icon aria-hidden="true" className="size-4.5 flex-none text-quiet" strokeWidth={1.7} />
      <span className="min-w-0 flex-1">{command.label}</span>
      {command.hint !== undefined && (
        <span className="flex-none text-sm text-quiet max-sm:hidden">{command.hint}</span>
      )}
      {isCurrent && <CornerDownLeft aria-hidden="true" className="size-4 flex-none text-blue" />}
    </div>
  );
}

/** Every word of the question begins somewhere in the words. */
export function fits(words: string, query: string): boolean {
  const hay = words.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((part) => hay.includes(part));
}
