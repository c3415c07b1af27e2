"use client";
import { ChevronDown, Keyboard, LogOut, ShieldX } from "lucide-react";
import { useTheme } from "next-themes";
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLine } from "../ui/menu.tsx";
import { Moment } from "../ui/moment.tsx";

export const DENSITIES = { comfortable: "Comfortable", compact: "Compact" } as const;
export type Density = keyof typeof DENSITIES;
const THEMES = { system: "As the system", light: "Light", dark: "Dark" } as const;
type Theme = keyof typeof THEMES;
const isTheme = (of: string | undefined): of is Theme =>
  of !== undefined && Object.hasOwn(THEMES, of);

/** Who one is here, how long, how it looks, and the ways out. */
export function AccountMenu({
  name,
  roles,
  tenant,
  sessionEndsAt,
  density,
  onDensity,
  onTheme,
  onKeys,
  onSignOut,
  onSignOutEverywhere,
}: {
  name: string;
  /** In words. */
  roles: string;
  tenant: string;
  sessionEndsAt: string | null;
  density: Density;
  onDensity: (density: Density) => void;
  onTheme?: (theme: Theme) => void;
  onKeys: () => void;
  onSignOut: () => void;
  onSignOutEverywhere: () => void;
}) {
  const { theme, setTheme } = useTheme();
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="flex min-h-(--control) items-center gap-2 rounded-md px-2.5 text-sm hover:bg-wash"
        >
          <span className="max-w-40 truncate font-medium max-sm:max-w-24">{name}</span>
          <span className="text-quiet max-sm:hidden">{tenant}</span>
          <ChevronDown aria-hidden="true" className="size-4 text-quiet" />
        </button>
      }
    >
      <div className="px-2.5 py-2 text-sm">
        <p className="font-medium">{name}</p>
        <p className="text-quiet">{roles}</p>
        {sessionEndsAt !== null && (
          <p className="text-quiet">
            signed in, ends <Moment at={sessionEndsAt} />
          </p>
        )}
      </div>
      <MenuLine />
      <MenuChoice
        label="Appearance"
        value={isTheme(theme) ? theme : "system"}
        choices={THEMES}
        onChoose={(chosen) => {
          setTheme(chosen);
          onTheme?.(chosen);
        }}
      />
      <MenuLine />
      <MenuChoice label="Density" value={density} choices={DENSITIES} onChoose={onDensity} />
      <MenuLine />
      <MenuItem onSelect={onKeys}>
        <Keyboard aria-hidden="true" className="size-4 text-quiet" />
        Keys
      </MenuItem>
      <MenuLine />
      <MenuLabel>Session</MenuLabel>
      <MenuItem onSelect={onSignOut}>
        <LogOut aria-hidden="true" className="size-4 text-quiet" />
        Sign out
      </MenuItem>
      <MenuItem onSelect={onSignOutEverywhere}>
        <ShieldX aria-hidden="true" className="size-4 text-quiet" />
        Sign out everywhere
      </MenuItem>
    </Menu>
  );
}
