"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { usePathname, useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { AccountMenu, type Density } from "../../../components/patterns/account-menu.tsx";
import { AppShell } from "../../../components/patterns/app-shell.tsx";
import { paths } from "../../../components/patterns/paths.ts";
import { troubleOf } from "../../../components/patterns/trouble.ts";
import { TroublePanel } from "../../../components/patterns/trouble-panel.tsx";
import { useShellKeys } from "../../../components/patterns/use-shell-keys.ts";
import { rolesInWords } from "../../../components/rooms/people/person-words.ts";
import type { Me } from "../../../components/rooms/views.ts";
import { ToastProvider } from "../../../components/ui/toast.tsx";
import { useTRPC } from "../../_trpc/client.tsx";
import { BackFromDesk } from "./back-from-desk.tsx";
import { Bell } from "./bell.tsx";
import { live } from "./live.ts";
import { LiveUpdates } from "./live-updates.tsx";
import { MeProvider } from "./me.tsx";
import { SessionBanner } from "./session-banner.tsx";

// Asked for when they are opened first: no page waits for them.
const CommandMenu = dynamic(() => import("./command-menu.tsx").then((it) => it.CommandMenu));
const KeysHelp = dynamic(() =>
  import("../../../components/patterns/keys-help.tsx").then((it) => it.KeysHelp),
);

/** Around every page: who reads it, what waits for them, the keys that work everywhere. */
export function ConsoleFrame({ children }: { children: ReactNode }) {
  const trpc = useTRPC();
  const me = useQuery({ ...trpc.session.me.queryOptions(), ...live });
  return (
    <ToastProvider>
      <MeProvider me={me.data}>
        <Frame me={me.data}>
          {me.data === undefined && me.error !== null ? (
            <TroublePanel
              heading="h1"
              trouble={troubleOf(me.error)}
              onRetry={() => void me.refetch()}
            />
          ) : (
            children
          )}
        </Frame>
      </MeProvider>
    </ToastProvider>
  );
}

function Frame({ me, children }: { me: Me | undefined; children: ReactNode }) {
  const router = useRouter();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const openPalette = useCallback(() => setPalette(true), []);
  const openHelp = useCallback(() => setHelp(true), []);
  const go = useCallback((href: string) => router.push(href), [router]);
  useShellKeys({ onPalette: openPalette, onHelp: openHelp, onGo: go });
  useFocusOnArrival();
  return (
    <>
      <AppShell
        waiting={me?.waiting ?? {}}
        rooms={me?.rooms}
        isDevelopment={me?.mode === "development"}
        onSearch={openPalette}
        account={
          me !== undefined && (
            <>
              {me.roles.length > 0 && <Bell />}
              <Account me={me} onKeys={openHelp} />
            </>
          )
        }
        banner={me !== undefined && <SessionBanner session={me.session} />}
      >
        {children}
      </AppShell>
      {me !== undefined && <BackFromDesk />}
      {me !== undefined && me.roles.length > 0 && <LiveUpdates />}
      {me !== undefined && palette && <CommandMenu me={me} open onOpenChange={setPalette} />}
      {help && <KeysHelp open onOpenChange={setHelp} />}
    </>
  );
}

function Account({ me, onKeys }: { me: Me; onKeys: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { setTheme } = useTheme();
  const prefer = useMutation(
    trpc.session.setPreferences.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.session.me.queryFilter()),
    }),
  );
  const leave = { onSettled: () => location.assign(paths.signIn()) };
  const signOut = useMutation(trpc.session.signOut.mutationOptions(leave));
  const everywhere = useMutation(trpc.session.signOutEverywhere.mutationOptions(leave));
  const density: Density = prefer.variables?.density ?? me.preferences.density;
  useEffect(() => {
    document.documentElement.dataset.density = density;
  }, [density]);
  // What was chosen elsewhere holds here too; a choice made here is set at once, before it is kept.
  useEffect(() => setTheme(me.preferences.theme), [me.preferences.theme, setTheme]);
  return (
    <AccountMenu
      name={me.name}
      tenant={me.tenant}
      roles={rolesInWords(me.roles)}
      sessionEndsAt={me.session.expiresAt}
      density={density}
      onDensity={(chosen) => prefer.mutate({ density: chosen })}
      onTheme={(chosen) => prefer.mutate({ theme: chosen })}
      onKeys={onKeys}
      onSignOut={() => signOut.mutate()}
      onSignOutEverywhere={() => everywhere.mutate()}
    />
  );
}

/** After going to another page the keyboard and the reader's voice are at its beginning, not at its end. */
function useFocusOnArrival() {
  const pathname = usePathname();
  const [from, setFrom] = useState(pathname);
  useEffect(() => {
    if (from === pathname) return;
    setFrom(pathname);
    document.getElementById("main")?.focus();
  }, [from, pathname]);
}
