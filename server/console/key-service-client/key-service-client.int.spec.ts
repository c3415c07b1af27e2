import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { personId } from "@countersign/protocol/ids";
import { tenantId } from "@countersign/protocol/names";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { KeyServiceClient } from "./key-service-client.ts";

const ASKED = {
  tenant: tenantId.parse("acme"),
  person: personId.parse("p-040g2081040g2081040g208104"),
};
const WAITING = "/console/v1/proposals/waiting";

describe("the console's calls to the key service", () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-client-"));
  let server: Server | undefined;
  // A server takes its socket's file with it when it has closed, which may be after the next one began.
  let socket: string;
  beforeEach(() => {
    socket = join(folder, `${randomBytes(4).toString("hex")}.sock`);
  });
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const answering = (listener: RequestListener) =>
    new Promise<KeyServiceClient>((done) => {
      server = createServer(listener).listen(socket, () =>
        done(new KeyServiceClient({ socket, credential: () => "credential" })),
      );
    });
  const json = (status: number, body: unknown): RequestListener => {
    return (_, response) => response.writeHead(status).end(JSON.stringify(body));
  };

  it("carry the credential, and bring back what the schema of the call lets through", async () => {
    let authorization = "";
    const client = await answering((request, response) => {
      authorization = request.headers.authorization ?? "";
      json(200, { proposals: [] })(request, response);
    });
    expect(await client.call(WAITING, ASKED)).toEqual({ ok: true, value: { proposals: [] } });
    expect(authorization).toBe("Bearer credential");
  });

  it("bring back a refusal as a value, with its correlation", async () => {
    const refusal = { code: "not-allowed", message: "You have no access any more." };
    const client = await answering(json(403, { ...refusal, correlation: "abc" }));
    expect(await client.call(WAITING, ASKED)).toEqual({
      ok: false,
      error: { ...refusal, correlation: "abc" },
    });
  });

  const UNUSABLE: Record<string, RequestListener> = {
    "an answer that is no JSON": (_, response) => response.end("<html>"),
    "an answer of another shape": json(200, { proposals: [7] }),
    "more than was asked for": json(200, { proposals: [], secret: "hush" }),
    "a refusal that nobody knows": json(418, { code: "teapot", message: "hush" }),
    "a connection that breaks": (_, response) => response.destroy(),
    "an answer without end": (_, response) => {
      response.writeHead(200);
      const more = () => response.writable && response.write("x".repeat(1 << 20), more);
      more();
    },
  };
  for (const [what, listener] of Object.entries(UNUSABLE)) {
    it(`say that the key service cannot be used, on ${what}`, async () => {
      const client = await answering(listener);
      const answer = await client.call(WAITING, ASKED);
      expect(answer).toMatchObject({ ok: false, error: { code: "unavailable" } });
      expect(JSON.stringify(answer)).not.toContain("hush");
    });
  }

  it("say so too where nobody listens, or the credential cannot be read", async () => {
    const nobody = new KeyServiceClient({ socket, credential: () => "credential" });
    expect(await nobody.call(WAITING, ASKED)).toMatchObject({ error: { code: "unavailable" } });
    const unreadable = () => {
      throw new Error("no such file");
    };
    const without = new KeyServiceClient({ socket, credential: unreadable });
    expect(await without.call(WAITING, ASKED)).toMatchObject({ error: { code: "unavailable" } });
  });
});
