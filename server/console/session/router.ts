import { router } from "../trpc/procedure.ts";
import { sessionState } from "./application/session-state.ts";
import { setPreferences } from "./application/set-preferences.ts";
import { signOut } from "./application/sign-out.ts";
import { signOutEverywhere } from "./application/sign-out-everywhere.ts";
import { whoAmI } from "./application/who-am-i.ts";

export const sessionRouter = router({
  state: sessionState,
  me: whoAmI,
  signOut,
  signOutEverywhere,
  setPreferences,
});
