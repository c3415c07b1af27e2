import { describe, expect, it } from "vitest";
import { newSessionSecret, sessionDigest } from "../sign-in/session-secret.ts";
import { fromCookie, pathOrHome, toCookie } from "../sign-in/started-sign-in.ts";
import { cookieName, readCookie, setCookie } from "./cookies.ts";
import { isFromOwnPage } from "./same-origin.ts";
import { securityHeaders } from "./security-headers.ts";

const LIVE = "https://console.example.com";
const LOCAL = "http://localhost:8465";

describe("cookies of the console", () => {
  it("ID-1 are bound to this host over https, out of reach of scripts, and not sent across sites", () => {
    expect(setCookie("session", "abc", LIVE)).toBe(
      "__Host-countersign.session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200; Secure",
    );
    expect(cookieName("session", LOCAL)).toBe("countersign.session");
  });

  it("are forgotten by an empty value", () => {
    expect(setCookie("sign-in", "", LIVE)).toContain("Max-Age=0");
  });

  it("are read by their whole name, and not at all where somebody planted a second", () => {
    const read = (header: string) => readCookie(header, "session", LIVE);
    expect(read("a=1; __Host-countersign.session=abc; b=2")).toBe("abc");
    expect(read("countersign.session=abc")).toBeNull();
    expect(read("x__Host-countersign.session=abc")).toBeNull();
    expect(read("__Host-countersign.session=a; __Host-countersign.session=b")).toBeNull();
    expect(readCookie(null, "session", LIVE)).toBeNull();
  });
});

describe("a session's secret", () => {
  it("is known outside its cookie by its digest only", () => {
    const secret = newSessionSecret();
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(sessionDigest(secret)).toMatch(/^[\w-]{43}$/);
    expect(sessionDigest(secret)).not.toBe(secret);
    // SHA-256 of 32 zero bytes.
    expect(sessionDigest("A".repeat(43))).toBe("Zmh6rfhivXdsj8GLjp-OIAiXFIVu4jOzkCpZHQ1fKSU");
  });

  it("is nothing else: no other text has a digest", () => {
    for (const text of [
      "",
      "A".repeat(42),
      "A".repeat(44),
      `${"A".repeat(42)}+`,
      `${"A".repeat(43)}\n`,
    ])
      expect(sessionDigest(text)).toBeNull();
  });
});

describe("a sign-in in progress", () => {
  it("comes back from its cookie as it went in", () => {
    const started = { secret: newSessionSecret(), returnTo: "/requests?which=mine" };
    expect(fromCookie(toCookie(started))).toEqual(started);
    for (const text of [null, "", "a.b", `${started.secret}`, `${started.secret}.$`])
      expect(fromCookie(text)).toBeNull();
  });

  it("L8 leads to a path of the console, never to another site", () => {
    for (const path of ["/", "/secrets", "/requests/Abc_-9?which=mine&status=pending"])
      expect(pathOrHome(path)).toBe(path);
    const elsewhere = [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "/a//b",
      "/%2e%2e",
      "",
    ];
    for (const path of [null, "javascript:alert(1)", "/a?b=//c", "/secrets#x", ...elsewhere])
      expect(pathOrHome(path)).toBe("/");
    const smuggled = toCookie({ secret: newSessionSecret(), returnTo: "//evil.example" });
    expect(fromCookie(smuggled)?.returnTo).toBe("/");
  });
});

describe("a call that changes something", () => {
  const from = (headers: Record<string, string>) => isFromOwnPage(new Headers(headers), LIVE);
  it("comes from a page of the console", () => {
    expect(from({ "sec-fetch-site": "same-origin" })).toBe(true);
    expect(from({ origin: LIVE })).toBe(true);
  });
  it("is refused from anywhere else, and where the browser says nothing", () => {
    for (const site of ["same-site", "cross-site", "none", ""])
      expect(from({ "sec-fetch-site": site, origin: LIVE })).toBe(false);
    for (const origin of [
      "https://evil.example",
      "http://console.example.com",
      "null",
      `${LIVE}.evil.example`,
    ])
      expect(from({ origin })).toBe(false);
    expect(from({})).toBe(false);
  });
});

describe("headers of a page", () => {
  const { "content-security-policy": policy = "", ...headers } = securityHeaders("bm9uY2U=", LIVE);
  it("BROWSER-1 run the nonce's scripts alone, and make none out of text", () => {
    expect(policy).toContain("script-src 'nonce-bm9uY2U=' 'strict-dynamic'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  });
  it("ask for TLS for two years where there is TLS", () => {
    expect(headers["strict-transport-security"]).toBe("max-age=63072000; includeSubDomains");
    expect(securityHeaders("n", LOCAL)["strict-transport-security"]).toBeUndefined();
  });
  it("let no page ask for a hardware key: that is the desk's", () => {
    expect(headers["permissions-policy"]).toContain("publickey-credentials-get=()");
  });
});
