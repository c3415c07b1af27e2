import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ok } from "../../../kernel/result.ts";
import { call, handlersWith, TEST_ASSETS } from "./desk-fixture.ts";
import { startPeopleListener } from "./listener.ts";
import { DESK, handlers, hello, laptop, ORIGIN, PEOPLE, sessions } from "./listener-fixture.ts";

const waiting: (() => void)[] = [];

describe("with TLS", () => {
  it("speaks TLS 1.3 only, marks the cookie for this host, and tells browsers to stay with TLS", async () => {
    const directory = await mkdtemp(join(tmpdir(), "countersign-tls-"));
    const [keyFile, certFile] = [join(directory, "key.pem"), join(directory, "cert.pem")];
    const subject = [
      "-subj",
      "/CN=desk.example.com",
      "-days",
      "1",
      "-keyout",
      keyFile,
      "-out",
      certFile,
    ];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        ...subject,
      ],
      { stdio: "ignore" },
    );
    const certificate = await readFile(certFile, "utf8");
    const secure = await startPeopleListener({
      host: "127.0.0.1",
      port: 0,
      deskOrigin: "https://desk.example.com",
      tls: { certificate, privateKey: await readFile(keyFile, "utf8") },
      handlers,
      sessions,
      authenticateDevice: async () => ok(laptop.device),
      assets: TEST_ASSETS,
      log: { request: () => {}, fault: () => {} },
      notReady: () => null,
    });
    await rm(directory, { recursive: true });
    const post = (maxVersion: "TLSv1.2" | "TLSv1.3") =>
      new Promise<IncomingMessage>((resolve, reject) => {
        const headers = { ...DESK, Host: "desk.example.com", Origin: "https://desk.example.com" };
        const target = {
          host: "127.0.0.1",
          port: secure.port,
          path: "/desk/v1/identify/finish",
          method: "POST",
        };
        const trust = { ca: certificate, servername: "desk.example.com", maxVersion, agent: false };
        const request = httpsRequest({ ...target, ...trust, headers }, (response) =>
          resolve(response.resume()),
        );
        request.on("error", reject).end('{"assertion":{"ok":true}}');
      });
    const { headers, statusCode } = await post("TLSv1.3");
    expect(statusCode).toBe(200);
    expect(String(headers["set-cookie"])).toMatch(
      /^__Host-countersign-desk=[^;]+; Path=\/; Max-Age=1800; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(headers["strict-transport-security"]).toContain("max-age=63072000");
    await expect(post("TLSv1.2")).rejects.toThrow();
    await secure.stop();
  });
});

describe("starting and stopping", () => {
  const start = (deskOrigin: string) =>
    startPeopleListener({
      host: "127.0.0.1",
      port: 0,
      deskOrigin,
      tls: null,
      handlers: handlersWith({
        "/people/v1/hello": async () => {
          await new Promise<void>((resolve) => waiting.push(resolve));
          return ok(hello);
        },
      }),
      sessions,
      authenticateDevice: async () => ok(laptop.device),
      assets: TEST_ASSETS,
      log: { request: () => {}, fault: () => {} },
      notReady: () => null,
    });

  it.each([
    "http://desk.example.com",
    "https://desk.example.com/",
    "ftp://desk.localhost",
    "https://desk.example.com/x",
  ])(
    "refuses to start with the origin %s, on which no browser would offer a key",
    async (origin) => {
      await expect(start(origin)).rejects.toThrow(/desk/);
    },
  );

  it("lets a running call answer before it stops, and takes no new one", async () => {
    const other = await start(ORIGIN);
    const running = call(other.port, { path: "/people/v1/hello", headers: PEOPLE, body: "{}" });
    await expect.poll(() => waiting.length).toBe(1);
    const stopped = other.stop();
    await expect(
      call(other.port, { path: "/people/v1/hello", headers: PEOPLE, body: "{}" }),
    ).rejects.toThrow();
    waiting[0]?.();
    expect((await running).status).toBe(200);
    await stopped;
  });
});
