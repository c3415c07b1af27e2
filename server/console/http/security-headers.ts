/**
 * What every page of the console tells the browser. Scripts run by this answer's nonce alone, also those that they
 * load; nothing becomes a script out of text (Trusted Types); nobody frames the page; a hardware key can be asked
 * for at the desk only, so pages here may not ask for one.
 */
export function securityHeaders(nonce: string, origin: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    // `default`: instrumentation-client.ts. Every other name is refused.
    "trusted-types nextjs default",
  ].join("; ");
  return {
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy":
      "camera=(), microphone=(), geolocation=(), usb=(), payment=(), publickey-credentials-get=(), publickey-credentials-create=()",
    "cache-control": "no-store",
    ...(origin.startsWith("https:")
      ? { "strict-transport-security": "max-age=63072000; includeSubDomains" }
      : {}),
  };
}
