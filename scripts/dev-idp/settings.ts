import { readFileSync } from "node:fs";

export type Settings = {
  readonly issuer: string;
  readonly port: number;
  /** Holds the signing key, made at the first start. */
  readonly stateDir: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly consoleOrigin: string;
  readonly deskOrigin: string;
};

/** What `npm start` hands over. @throws Error naming the first variable that is missing */
export function readSettings(environment = process.env): Settings {
  const of = (name: string) => {
    const value = environment[name];
    if (value === undefined || value === "") throw new Error(`${name} is missing.`);
    return value;
  };
  return {
    issuer: of("DEV_IDP_ISSUER"),
    port: Number(of("DEV_IDP_PORT")),
    stateDir: of("DEV_IDP_STATE_DIR"),
    clientId: of("DEV_IDP_CLIENT_ID"),
    clientSecret: readFileSync(of("DEV_IDP_CLIENT_SECRET_FILE"), "utf8").trim(),
    consoleOrigin: of("DEV_IDP_CONSOLE_ORIGIN"),
    deskOrigin: of("DEV_IDP_DESK_ORIGIN"),
  };
}
