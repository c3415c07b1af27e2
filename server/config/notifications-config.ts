import { z } from "zod";
import { readCertificates } from "./certificate-file.ts";
import { absolutePath, ConfigurationFault, parseEnvironment, variable } from "./environment.ts";
import { readSecretFile } from "./secret-file.ts";

/** Where people are told of what waits for them, beside the console itself. A part that is null is off. */
export type NotificationsConfig = {
  readonly mail: {
    /** `smtps://user:password@host:465`, or `smtp://`, then with STARTTLS. Never logged. */
    readonly url: string;
    /** The sender's address. */
    readonly from: string;
    /** Mail goes to addresses of these domains only; lower case. */
    readonly domains: readonly string[];
    /** Who may have signed the server's certificate, PEM; null: the authorities that Node knows. */
    readonly authorities: readonly string[] | null;
  } | null;
  readonly webhook: {
    readonly url: string;
    /** Key of the HMAC-SHA256 by which the receiver knows us. */
    readonly secret: string;
    /** Whether it may lie at a private address, and at http there. */
    readonly isPrivateAllowed: boolean;
    /** As those of `mail`. */
    readonly authorities: readonly string[] | null;
  } | null;
};

const DOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const domainsOf = (text: string) =>
  text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((it) => it !== "");

const authoritiesOf = (whose: string) =>
  variable(
    absolutePath.optional(),
    `Give the absolute path of a PEM file of the authorities that may have signed the certificate of ${whose}, or leave it out.`,
  );

const variables = {
  COUNTERSIGN_SMTP_URL_FILE: variable(
    absolutePath.optional(),
    "Give the absolute path of a file (0600) that holds smtps://user:password@host:465, or leave it out: then no mail is sent.",
  ),
  COUNTERSIGN_MAIL_FROM: variable(
    z.email().optional(),
    "Give the address from which mail is sent, e.g. countersign@example.com.",
  ),
  COUNTERSIGN_MAIL_DOMAINS: variable(
    z
      .string()
      .transform(domainsOf)
      .refine((domains) => domains.length > 0 && domains.every((it) => DOMAIN.test(it)))
      .optional(),
    "Give the domains to which mail may go, e.g. example.com, example.org.",
  ),
  COUNTERSIGN_SMTP_CA_FILE: authoritiesOf("the mail server"),
  COUNTERSIGN_WEBHOOK_URL: variable(
    z.url({ protocol: /^https?$/ }).optional(),
    "Give the https address that is told of what waits, or leave it out: then none is.",
  ),
  COUNTERSIGN_WEBHOOK_SECRET_FILE: variable(
    absolutePath.optional(),
    "Give the absolute path of a file (0600) that holds 32 or more random characters, which the receiver knows too.",
  ),
  COUNTERSIGN_WEBHOOK_CA_FILE: authoritiesOf("the webhook"),
  COUNTERSIGN_WEBHOOK_PRIVATE: variable(
    z.enum(["yes", "no"]).default("no"),
    "Give yes where the webhook lies in your own network, or leave it out.",
  ),
};

/** @throws ConfigurationFault naming every variable that is wrong, or missing beside the others of its part */
export function loadNotificationsConfig(environment = process.env): NotificationsConfig {
  const read = parseEnvironment(variables, environment);
  const mail = allOrNone({
    COUNTERSIGN_SMTP_URL_FILE: read.COUNTERSIGN_SMTP_URL_FILE,
    COUNTERSIGN_MAIL_FROM: read.COUNTERSIGN_MAIL_FROM,
    COUNTERSIGN_MAIL_DOMAINS: read.COUNTERSIGN_MAIL_DOMAINS,
  });
  const webhook = allOrNone({
    COUNTERSIGN_WEBHOOK_URL: read.COUNTERSIGN_WEBHOOK_URL,
    COUNTERSIGN_WEBHOOK_SECRET_FILE: read.COUNTERSIGN_WEBHOOK_SECRET_FILE,
  });
  refuseAlone(read, "COUNTERSIGN_SMTP_CA_FILE", "COUNTERSIGN_SMTP_URL_FILE");
  refuseAlone(read, "COUNTERSIGN_WEBHOOK_CA_FILE", "COUNTERSIGN_WEBHOOK_URL");
  const isPrivateAllowed = read.COUNTERSIGN_WEBHOOK_PRIVATE === "yes";
  return {
    mail: mail && {
      url: smtpUrl(mail.COUNTERSIGN_SMTP_URL_FILE),
      from: mail.COUNTERSIGN_MAIL_FROM,
      domains: mail.COUNTERSIGN_MAIL_DOMAINS,
      authorities: authorities(read.COUNTERSIGN_SMTP_CA_FILE, "COUNTERSIGN_SMTP_CA_FILE"),
    },
    webhook: webhook && {
      url: webhookUrl(webhook.COUNTERSIGN_WEBHOOK_URL, isPrivateAllowed),
      secret: webhookSecret(webhook.COUNTERSIGN_WEBHOOK_SECRET_FILE),
      isPrivateAllowed,
      authorities: authorities(read.COUNTERSIGN_WEBHOOK_CA_FILE, "COUNTERSIGN_WEBHOOK_CA_FILE"),
    },
  };
}

/** Half a configuration is a mistake, not a wish. */
function allOrNone<T extends Readonly<Record<string, unknown>>>(
  of: T,
): { readonly [K in keyof T]: Exclude<T[K], undefined> } | null {
  const names = Object.keys(of);
  const missing = names.filter((name) => of[name] === undefined);
  if (missing.length === names.length) return null;
  if (missing.length > 0)
    throw new ConfigurationFault(
      missing.map((name) => ({
        variable: name,
        problem: `is missing beside ${names.join(", ")}.`,
      })),
    );
  return of as { readonly [K in keyof T]: Exclude<T[K], undefined> }; // none is undefined, or we have thrown
}

/** Whoever names authorities for a way that is off has mistyped the other names. */
function refuseAlone<N extends string>(
  read: { readonly [K in N]?: unknown },
  given: N,
  missing: N,
): void {
  if (read[given] === undefined || read[missing] !== undefined) return;
  throw wrong(missing, `is missing, while ${given} is given.`);
}

function authorities(file: string | undefined, variable: string): readonly string[] | null {
  return file === undefined ? null : readCertificates(file, variable);
}

const wrong = (name: string, problem: string) =>
  new ConfigurationFault([{ variable: name, problem }]);

function smtpUrl(file: string): string {
  const url = readSecretFile(file, "COUNTERSIGN_SMTP_URL_FILE");
  if (URL.canParse(url) && /^smtps?:$/.test(new URL(url).protocol)) return url;
  throw wrong(
    "COUNTERSIGN_SMTP_URL_FILE",
    "holds no address of the form smtps://user:password@host:465.",
  );
}

function webhookUrl(url: string, isPrivateAllowed: boolean): string {
  if (url.startsWith("https:") || isPrivateAllowed) return url;
  throw wrong(
    "COUNTERSIGN_WEBHOOK_URL",
    "is not https. http is taken only with COUNTERSIGN_WEBHOOK_PRIVATE=yes.",
  );
}

function webhookSecret(file: string): string {
  const secret = readSecretFile(file, "COUNTERSIGN_WEBHOOK_SECRET_FILE");
  if (secret.length >= 32) return secret;
  throw wrong("COUNTERSIGN_WEBHOOK_SECRET_FILE", "holds fewer than 32 characters.");
}
