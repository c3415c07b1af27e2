"use client";
import { ArrowDownUp } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { Menu, MenuChoice } from "../ui/menu.tsx";
import { known } from "./known.ts";
import { useAddress } from "./use-address.ts";

/** The order of a list, in the address under `sort`. The button says which holds. */
export function SortMenu<S extends string>({
  choices,
  fallback,
}: {
  /** What holds, in words: `name`. */
  choices: Readonly<Record<S, string>>;
  /** What holds where the address says nothing. */
  fallback: NoInfer<S>;
}) {
  const address = useAddress();
  const chosen = known(address.all("sort"), choices)?.[0] ?? fallback;
  return (
    <Menu
      trigger={
        <Button aria-label={`Sort, now by ${choices[chosen]}`}>
          <ArrowDownUp aria-hidden="true" className="size-4" />
          Sort
        </Button>
      }
    >
      <MenuChoice
        label="Sort by"
        value={chosen}
        choices={choices}
        onChoose={(sort) => address.replace({ sort: sort === fallback ? null : sort })}
      />
    </Menu>
  );
}
