/* What is used of nodemailer. The published types bring a cloud vendor's whole library along. */
declare module "nodemailer" {
  export type Transport = {
    sendMail(message: {
      readonly from: string;
      readonly to: { readonly name: string; readonly address: string };
      readonly subject: string;
      readonly text: string;
      readonly headers: Readonly<Record<string, string>>;
    }): Promise<unknown>;
  };
  export function createTransport(options: {
    readonly host: string;
    readonly port: number;
    readonly secure: boolean;
    readonly requireTLS: boolean;
    readonly tls?: { readonly ca: readonly string[] };
    readonly auth?: { readonly user: string; readonly pass: string };
    readonly connectionTimeout: number;
    readonly greetingTimeout: number;
    readonly socketTimeout: number;
    readonly disableFileAccess: boolean;
    readonly disableUrlAccess: boolean;
  }): Transport;
}
