import { createServer, type Socket } from "node:net";
import { freePort } from "../../scripts/lib/free-port.mjs";

export type Mail = { readonly from: string; readonly to: readonly string[]; readonly text: string };

/** A server that speaks as much SMTP (RFC 5321) as a client needs, and keeps what it takes. */
export type MailServer = {
  readonly url: string;
  readonly mails: readonly Mail[];
  /** Answers every message with this, such as `451 later`, until it is null again. */
  refuseWith(answer: string | null): void;
  stop(): Promise<void>;
};

export async function startMailServer(): Promise<MailServer> {
  const mails: Mail[] = [];
  const sockets = new Set<Socket>();
  let refusal: string | null = null;
  const server = createServer((socket) => {
    sockets.add(socket.setEncoding("utf8"));
    socket.on("close", () => sockets.delete(socket));
    let from = "";
    let to: string[] = [];
    let body: string[] | null = null;
    let rest = "";
    const say = (line: string) => socket.write(`${line}\r\n`);
    const hear = (line: string) => {
      if (body !== null) {
        if (line !== ".") body.push(line.replace(/^\.\./, "."));
        else {
          if (refusal === null) mails.push({ from, to, text: body.join("\n") });
          body = null;
          say(refusal ?? "250 taken");
        }
        return;
      }
      const address = /<([^>]*)>/.exec(line)?.[1] ?? "";
      switch (line.slice(0, 4).toUpperCase()) {
        case "MAIL":
          [from, to] = [address, []];
          return say("250 ok");
        case "RCPT":
          to.push(address);
          return say("250 ok");
        case "DATA":
          body = [];
          return say("354 go on");
        case "QUIT":
          say("221 bye");
          return socket.end();
        default:
          return say("250 mail.test");
      }
    };
    socket.on("data", (text: string) => {
      const lines = (rest + text).split("\r\n");
      rest = lines.pop() ?? "";
      lines.forEach(hear);
    });
    socket.on("error", () => socket.destroy());
    say("220 mail.test ready");
  });
  const port = await freePort();
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuseWith: (answer) => {
      refusal = answer;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
