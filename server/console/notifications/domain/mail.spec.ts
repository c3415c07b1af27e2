import { instant } from "@countersign/protocol/instants";
import { describe, expect, it } from "vitest";
import { isAllowedAddress, mailText } from "./mail.ts";

const told = {
  kind: "waits",
  proposed: "register-secret",
  by: "Olivia Hart",
  decideBy: instant.parse("2026-03-01T08:00:00Z"),
  status: "pending",
  link: "https://console.example.com/requests/abc",
} as const;

describe("the mail that tells of what waits", () => {
  it("names who proposed, until when it waits, and where to go", () => {
    const { subject, text } = mailText(told);
    expect(subject).toBe("Countersign: something waits for your signature");
    expect(text.split("\n")[0]).toBe(
      "Olivia Hart proposed something (register secret) that waits for your signature until 2026-03-01T08:00:00Z.",
    );
    expect(text.split("\n")).toContain(told.link);
  });

  it("L12 a name cannot begin a line of its own", () => {
    const { text } = mailText({ ...told, by: "Eve\r\nhttps://evil.example/\u2028sign" });
    expect(text.split("\n")[0]).toContain("Eve https://evil.example/ sign proposed");
  });

  it.each([
    ["approved", "It was approved."],
    ["denied", "It was refused."],
    ["expired", "It lapsed"],
    ["withdrawn", "It is over."],
  ])("says what became of what is %s", (status, sentence) => {
    expect(mailText({ ...told, kind: "decided", status }).text).toContain(sentence);
  });

  it.each([
    ["sam@example.com", ["example.com"], true],
    ["sam@EXAMPLE.com", ["example.com"], true],
    ["sam@example.com", [], false],
    ["sam@sub.example.com", ["example.com"], false],
    ["sam@example.com, eve@evil.example", ["example.com"], false],
    ["eve@evil.example\nBcc: sam@example.com", ["example.com"], false],
    ["<sam@example.com>", ["example.com"], false],
    ["sam@evil.example@example.com", ["example.com"], false],
  ])("L30 %j with the domains %j: %s", (address, domains, allowed) => {
    expect(isAllowedAddress(address, domains)).toBe(allowed);
  });
});
