import { describe, expect, it } from "vitest";
import { isDeskLink, returnPath } from "./desk.ts";

describe("the way to the desk and back", () => {
  it("comes back to the page, and to what was open on it", () => {
    expect(returnPath("/requests", "?which=all&open=Ab_-9")).toBe("/requests?which=all&open=Ab_-9");
    expect(returnPath("/", "")).toBe("/");
  });

  it("leaves behind what does not fit into a link", () => {
    expect(returnPath("/secrets", "?q=a%20b")).toBe("/secrets");
    expect(returnPath("//evil.example", "")).toBe("/");
    expect(returnPath("/secrets/..%2f", "?x")).toBe("/");
  });

  it("leads nowhere but to the desk", () => {
    const desk = "https://desk.example.com";
    expect(isDeskLink("https://desk.example.com/sign/d-1?return=/", desk)).toBe(true);
    for (const link of [
      "https://desk.example.com.evil.example/sign/d-1",
      "https://desk.example.com@evil.example/",
      "http://desk.example.com/sign/d-1",
      "javascript:alert(1)",
      "/sign/d-1",
      "",
    ]) {
      expect(isDeskLink(link, desk)).toBe(false);
    }
  });
});
