import { homedir, hostname, userInfo } from "node:os";
import { join } from "node:path";

/** What the process was started with, read once. This is the only file of the command line that sees `process.env`. */
export type Environment = {
  /** Absolute; created 0700 when first written. */
  readonly configDir: string;
  /** `$XDG_RUNTIME_DIR`, where the system gives one: usually a tmpfs of this user alone. */
  readonly runtimeDir: string | null;
  /** NO_COLOR (no-color.org): present and not empty. */
  readonly noColour: boolean;
  readonly dumbTerminal: boolean;
  /** `COLUMNS`, for output that is not a terminal. */
  readonly columns: number | null;
  readonly path: string;
  /** What opens a link here, or null where no browser can show. */
  readonly browser: string | null;
  readonly profile: string | null;
  readonly userName: string;
  readonly hostName: string;
};

export function readEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): Environment {
  const set = (name: string) => (env[name] === undefined || env[name] === "" ? null : env[name]);
  // The XDG base directory specification ignores relative paths.
  const absolute = (path: string | null) => (path?.startsWith("/") ? path : null);
  const columns = Number(set("COLUMNS"));
  return {
    configDir: join(
      absolute(set("XDG_CONFIG_HOME")) ?? join(set("HOME") ?? homedir(), ".config"),
      "countersign",
    ),
    runtimeDir: absolute(set("XDG_RUNTIME_DIR")),
    noColour: set("NO_COLOR") !== null,
    dumbTerminal: set("TERM") === "dumb",
    columns: Number.isInteger(columns) && columns > 0 ? columns : null,
    path: set("PATH") ?? "/usr/local/bin:/usr/bin:/bin",
    browser: set("BROWSER") ?? browserOf(platform, set("DISPLAY") ?? set("WAYLAND_DISPLAY")),
    profile: set("COUNTERSIGN_PROFILE"),
    userName: userNameOr(set("USER") ?? "somebody"),
    hostName: hostname(),
  };
}

function browserOf(platform: NodeJS.Platform, display: string | null): string | null {
  if (platform === "darwin") return "open";
  return display === null ? null : "xdg-open";
}

function userNameOr(otherwise: string): string {
  try {
    return userInfo().username;
  } catch {
    return otherwise; // a container may run as a user id that /etc/passwd does not know
  }
}

/** The environment of `secrets exec`'s child: ours, and the values on top. Not kept anywhere else. */
export function childEnvironment(values: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...values };
}
