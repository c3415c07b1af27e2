"use client";
import { Columns3 } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { Menu, MenuCheck, MenuLabel } from "../ui/menu.tsx";
import type { Titled } from "./data-table.tsx";

/** Which columns a table shows. The choice is kept for the person by whoever draws this. */
export function ColumnChoice({
  columns,
  hidden,
  onChange,
}: {
  columns: readonly Titled[];
  /** Keys of columns that were taken away. */
  hidden: readonly string[];
  onChange: (hidden: readonly string[]) => void;
}) {
  return (
    <Menu
      trigger={
        <Button className="max-sm:hidden">
          <Columns3 aria-hidden="true" className="size-4" />
          Columns
        </Button>
      }
    >
      <MenuLabel>Columns, where there is room</MenuLabel>
      {columns.map(({ key, header }) => (
        <MenuCheck
          key={key}
          checked={!hidden.includes(key)}
          onChange={(on) => onChange(on ? hidden.filter((it) => it !== key) : [...hidden, key])}
        >
          {header}
        </MenuCheck>
      ))}
    </Menu>
  );
}
