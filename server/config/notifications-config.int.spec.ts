import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createAuthority } from "../../scripts/lib/development-ca.mjs";
import { ConfigurationFault } from "./environment.ts";
import { loadNotificationsConfig } from "./notifications-config.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-notifications-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
const MAIL = {
  COUNTERSIGN_SMTP_URL_FILE: file("smtp", "smtps://user:hunter2@mail.example.com:465"),
  COUNTERSIGN_MAIL_FROM: "countersign@example.com",
  COUNTERSIGN_MAIL_DOMAINS: "Example.com, example.org",
};
const WEBHOOK = {
  COUNTERSIGN_WEBHOOK_URL: "https://hooks.example.com/countersign",
  COUNTERSIGN_WEBHOOK_SECRET_FILE: file("secret", "s".repeat(32)),
};

describe("the configuration of notifications", () => {
  it("is none where nothing is said", () => {
    expect(loadNotificationsConfig({})).toEqual({ mail: null, webhook: null });
  });

  it("takes a mail server with its domains in lower case, and a webhook on the internet", () => {
    expect(loadNotificationsConfig({ ...MAIL, ...WEBHOOK })).toEqual({
      mail: {
        url: "smtps://user:hunter2@mail.example.com:465",
        from: "countersign@example.com",
        domains: ["example.com", "example.org"],
        authorities: null,
      },
      webhook: {
        url: "https://hooks.example.com/countersign",
        secret: "s".repeat(32),
        isPrivateAllowed: false,
        authorities: null,
      },
    });
  });

  it.each([...Object.keys(MAIL), ...Object.keys(WEBHOOK)])(
    "refuses half a configuration, naming %s",
    (name) => {
      expect(() => loadNotificationsConfig({ ...MAIL, ...WEBHOOK, [name]: "" })).toThrow(
        `${name}: is missing beside`,
      );
    },
  );

  it.each([
    ["COUNTERSIGN_WEBHOOK_URL", "http://hooks.example.com/"],
    ["COUNTERSIGN_WEBHOOK_URL", "file:///etc/passwd"],
    ["COUNTERSIGN_WEBHOOK_SECRET_FILE", file("short", "short")],
    ["COUNTERSIGN_SMTP_URL_FILE", file("not-smtp", "https://mail.example.com")],
    ["COUNTERSIGN_MAIL_DOMAINS", "*"],
    ["COUNTERSIGN_MAIL_DOMAINS", " , "],
    ["COUNTERSIGN_MAIL_FROM", "nobody"],
  ])("L16 L30 refuses %s=%s, and shows no secret", (name, value) => {
    const load = () => loadNotificationsConfig({ ...MAIL, ...WEBHOOK, [name]: value });
    expect(load).toThrow(ConfigurationFault);
    expect(load).toThrow(name);
    expect(load).not.toThrow("hunter2");
  });

  it("KEY-2 takes the authorities of a company for mail and webhook, and refuses a file that names none", async () => {
    const [one, two] = [await createAuthority("one.test"), await createAuthority("two.test")];
    const own = {
      ...MAIL,
      ...WEBHOOK,
      COUNTERSIGN_SMTP_CA_FILE: file("one.pem", one.pem),
      COUNTERSIGN_WEBHOOK_CA_FILE: file("both.pem", `${one.pem}\n${two.pem}`),
    };
    const { mail, webhook } = loadNotificationsConfig(own);
    expect(mail?.authorities).toEqual([one.pem.trim()]);
    expect(webhook?.authorities).toEqual([one.pem.trim(), two.pem.trim()]);
    const damaged = one.pem.replace(/[A-Z]{4}/, "!!!!");
    for (const text of ["", "hunter2", damaged]) {
      const wrong = { ...own, COUNTERSIGN_SMTP_CA_FILE: file("wrong.pem", text) };
      expect(() => loadNotificationsConfig(wrong)).toThrow(
        /COUNTERSIGN_SMTP_CA_FILE: the file .* does not hold certificates/,
      );
    }
  });

  it.each([
    ["COUNTERSIGN_SMTP_CA_FILE", "COUNTERSIGN_SMTP_URL_FILE", WEBHOOK],
    ["COUNTERSIGN_WEBHOOK_CA_FILE", "COUNTERSIGN_WEBHOOK_URL", MAIL],
  ])("refuses %s where %s is not given", (given, missing, others) => {
    expect(() =>
      loadNotificationsConfig({ ...others, [given]: "/etc/countersign/ca.pem" }),
    ).toThrow(`${missing}: is missing, while ${given} is given.`);
  });

  it("takes http in one's own network only where that is said", () => {
    const inside = { ...WEBHOOK, COUNTERSIGN_WEBHOOK_URL: "http://10.0.0.5/hook" };
    const { webhook } = loadNotificationsConfig({ ...inside, COUNTERSIGN_WEBHOOK_PRIVATE: "yes" });
    expect(webhook).toMatchObject({ url: "http://10.0.0.5/hook", isPrivateAllowed: true });
  });
});
