/* What is used of smtp-server. Its published types bring nodemailer's along, and those a cloud vendor's library. */
declare module "smtp-server" {
  import type { Server } from "node:net";
  import type { Readable } from "node:stream";

  export type SMTPSession = {
    readonly secure: boolean;
    /** What `onAuth` gave; false where nobody has logged in. */
    readonly user: string | false;
    readonly envelope: {
      readonly mailFrom: { readonly address: string } | false;
      readonly rcptTo: readonly { readonly address: string }[];
    };
  };
  /** Refused with the error's `responseCode` and message. */
  type Answer = (error: Error | null) => void;
  export class SMTPServer {
    constructor(options: {
      readonly secure: boolean;
      readonly key?: string;
      readonly cert?: string;
      readonly hideSTARTTLS: boolean;
      readonly authOptional: boolean;
      readonly disabledCommands: readonly string[];
      readonly disableReverseLookup: boolean;
      readonly logger: false;
      onAuth(
        of: { readonly username?: string; readonly password?: string },
        session: SMTPSession,
        answer: (error: Error | null, response?: { readonly user: string }) => void,
      ): void;
      onData(stream: Readable, session: SMTPSession, answer: Answer): void;
    });
    readonly server: Server;
    listen(port: number, host: string, listening: () => void): Server;
    on(event: "error", listener: (error: Error) => void): this;
    close(closed: () => void): void;
  }
}
