/**
 * Headers of every answer, pages and problems alike.
 *
 * The page's script runs only if it has the one hash (CSP 3 section 6.7.1.1: external scripts match by
 * their integrity attribute): whoever plants a file, a tag or an upload on this origin runs nothing.
 * Trusted Types with no policy turn every string-to-code sink into an exception.
 */
export function securityHeaders(of: {
  deskOrigin: string;
  scriptIntegrity: string;
}): Readonly<Record<string, string>> {
  return {
    "Content-Security-Policy": [
      "default-src 'none'",
      `script-src '${of.scriptIntegrity}'`,
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join("; "),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Origin-Agent-Cluster": "?1",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Permissions-Policy": [
      "publickey-credentials-get=(self)",
      "publickey-credentials-create=(self)",
      ...[
        "camera",
        "microphone",
        "geolocation",
        "usb",
        "hid",
        "serial",
        "payment",
        "clipboard-read",
      ].map((feature) => `${feature}=()`),
    ].join(", "),
    ...(of.deskOrigin.startsWith("https://")
      ? { "Strict-Transport-Security": "max-age=63072000; includeSubDomains" }
      : {}),
  };
}
