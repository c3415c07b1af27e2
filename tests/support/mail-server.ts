/// <reference path="./smtp-server.d.ts" />
import type { Readable } from "node:stream";
import { SMTPServer } from "smtp-server";
import { freePort } from "../../scripts/lib/free-port.mjs";

export type Mail = {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body as they came. */
  readonly text: string;
  readonly isEncrypted: boolean;
  /** Who had logged in; null: nobody. */
  readonly user: string | null;
};

/** A mail server that keeps what it takes. */
export type MailServer = {
  readonly port: number;
  readonly url: string;
  readonly mails: readonly Mail[];
  /** What was given to log in with, right or wrong. */
  readonly logins: readonly string[];
  /** Answers every message with this, such as `451 later`, until it is null again. */
  refuseWith(answer: string | null): void;
  /** Takes messages and never says so, until it is false again. */
  keepSilent(silent: boolean): void;
  stop(): Promise<void>;
};

export type MailServerOptions = {
  /** Without: in clear alone. `implicit`: TLS from the first byte. */
  readonly tls?: {
    readonly mode: "implicit" | "starttls";
    readonly pem: string;
    readonly keyPem: string;
  };
  /** Nobody sends without. */
  readonly login?: { readonly user: string; readonly password: string };
  readonly port?: number;
};

export async function startMailServer(of: MailServerOptions = {}): Promise<MailServer> {
  const mails: Mail[] = [];
  const logins: string[] = [];
  let refusal: string | null = null;
  let isSilent = false;
  const server = new SMTPServer({
    secure: of.tls?.mode === "implicit",
    ...(of.tls === undefined ? {} : { key: of.tls.keyPem, cert: of.tls.pem }),
    hideSTARTTLS: of.tls?.mode !== "starttls",
    authOptional: of.login === undefined,
    // A server without TLS takes none of it, whatever it is sent.
    disabledCommands: of.tls === undefined ? ["STARTTLS", "AUTH"] : [],
    disableReverseLookup: true,
    logger: false,
    onAuth: ({ username = "", password = "" }, _, answer) => {
      logins.push(`${username}:${password}`);
      if (username === of.login?.user && password === of.login.password)
        answer(null, { user: username });
      else answer(answering("535 those are not the right ones"));
    },
    onData: (stream, { envelope, secure, user }, answer) => {
      void textOf(stream).then((text) => {
        if (refusal !== null) return answer(answering(refusal));
        mails.push({
          from: envelope.mailFrom === false ? "" : envelope.mailFrom.address,
          to: envelope.rcptTo.map((it) => it.address),
          text: text.replaceAll("\r\n", "\n"),
          isEncrypted: secure,
          user: user === false ? null : user,
        });
        if (!isSilent) answer(null);
      });
    },
  });
  // Connections that break are what some of the tests are about.
  server.on("error", () => {});
  const port = of.port ?? (await freePort());
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  const login =
    of.login === undefined ? "" : `${of.login.user}:${encodeURIComponent(of.login.password)}@`;
  const host = of.tls === undefined ? "127.0.0.1" : "localhost";
  return {
    port,
    url: `${of.tls?.mode === "implicit" ? "smtps" : "smtp"}://${login}${host}:${port}`,
    mails,
    logins,
    refuseWith: (answer) => {
      refusal = answer;
    },
    keepSilent: (silent) => {
      isSilent = silent;
    },
    stop: () => new Promise((done) => server.close(done)),
  };
}

/** Subject, other headers and the words, out of the form in which mail carries them. */
export function wordsOf({ text }: Mail): string {
  const [head = "", ...rest] = text.split("\n\n");
  const body = rest.join("\n\n");
  const [, encoding = "7bit"] = /^content-transfer-encoding: (\S+)/im.exec(head) ?? [];
  return `${head}\n\n${decoded(body, encoding.toLowerCase())}`;
}

function decoded(body: string, encoding: string): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString("latin1");
  if (encoding !== "quoted-printable") return body;
  return body
    .replaceAll("=\n", "")
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function answering(line: string): Error {
  return Object.assign(new Error(line.slice(4)), { responseCode: Number(line.slice(0, 3)) });
}

async function textOf(stream: Readable): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}
