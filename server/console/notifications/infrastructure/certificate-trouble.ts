/**
 * Whether a connection failed because of the other side's certificate: unknown authority, another host, too old. What
 * Node says of it names the certificate; a code would be surer, and nodemailer puts its own in the place of Node's.
 */
export function isCertificateTrouble(error: unknown): boolean {
  return error instanceof Error && /certificate/i.test(error.message);
}
