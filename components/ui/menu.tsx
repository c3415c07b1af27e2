"use client";
import * as Radix from "@radix-ui/react-dropdown-menu";
import { Check } from "lucide-react";
import type { ComponentProps, ReactElement, ReactNode } from "react";
import { cx } from "./class-names.ts";

const ITEM =
  "flex min-h-(--control) cursor-default select-none items-center gap-2.5 rounded-sm px-2.5 text-sm outline-none " +
  "data-[highlighted]:bg-wash data-[highlighted]:text-ink";

/** `trigger` is one button. */
export function Menu({ trigger, children }: { trigger: ReactElement; children: ReactNode }) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-h-[min(36rem,var(--radix-dropdown-menu-content-available-height))] min-w-56 overflow-y-auto rounded-md border border-line bg-sheet p-1 text-ink shadow-raised"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function MenuItem({ className, ...rest }: ComponentProps<typeof Radix.Item>) {
  return <Radix.Item {...rest} className={cx(ITEM, className)} />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2.5 py-1.5 text-xs text-quiet">{children}</Radix.Label>;
}

export function MenuLine() {
  return <Radix.Separator className="my-1 h-px bg-line" />;
}

/** One of several, of which one holds. */
export function MenuChoice<T extends string>({
  label,
  value,
  choices,
  onChoose,
}: {
  label: string;
  value: T | undefined;
  choices: Readonly<Record<T, string>>;
  onChoose: (value: T) => void;
}) {
  const entries = Object.entries<string>(choices);
  const choose = (chosen: string) => {
    const found = entries.find(([key]) => key === chosen);
    if (found !== undefined) onChoose(found[0] as T); // a key of `choices`, whose keys are T
  };
  return (
    <>
      <MenuLabel>{label}</MenuLabel>
      <Radix.RadioGroup {...(value === undefined ? {} : { value })} onValueChange={choose}>
        {entries.map(([key, word]) => (
          <Radix.RadioItem key={key} value={key} className={ITEM} onSelect={keepOpen}>
            <Mark />
            {word}
          </Radix.RadioItem>
        ))}
      </Radix.RadioGroup>
    </>
  );
}

export function MenuCheck({
  checked,
  onChange,
  children,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
}) {
  return (
    <Radix.CheckboxItem
      checked={checked}
      onCheckedChange={onChange}
      onSelect={keepOpen}
      className={ITEM}
    >
      <Mark />
      {children}
    </Radix.CheckboxItem>
  );
}

function Mark() {
  return (
    <span className="inline-flex size-4 flex-none">
      <Radix.ItemIndicator>
        <Check aria-hidden="true" className="size-4 text-blue" />
      </Radix.ItemIndicator>
    </span>
  );
}

const keepOpen = (event: Event) => event.preventDefault();
