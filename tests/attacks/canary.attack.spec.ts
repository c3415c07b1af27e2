import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import type { SecretName } from "@countersign/protocol/names";
import type { PeopleApiInput, PeopleApiPath } from "@countersign/protocol/people-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lookInDatabaseFiles, lookInTables } from "../support/canary-places.ts";
import {
  CanaryScanner,
  ENCODINGS,
  type Encoding,
  newCanary,
  spellings,
} from "../support/canary-scanner.ts";
import { consoleCall } from "../support/console.ts";
import { DatabaseAttacker } from "../support/database-attacker.ts";
import { type Installation, type Service, startInstallation } from "../support/installation.ts";
import { call, type TestDevice } from "../support/people.ts";
import { checkValue, Recipient, sealedValue } from "../support/sealed-values.ts";
import {
  askAndApprove,
  asking,
  type Cast,
  enrolCast,
  registration,
  SECRET,
} from "../support/story.ts";
import { TappedProxy } from "../support/tapped-proxy.ts";

const GENERATED = "payments/prod/postgres/generated-password" as SecretName;

/*
 * A value is planted, and with it everything happens that can: it is put, opened, asked about, refused, sent to the
 * wrong place by mistake, tampered with; processes are killed and started. Then every place is searched for it.
 */
describe("canary", () => {
  const since = Date.now() - 1_000;
  const control = newCanary();
  const canaries: Record<string, string> = {
    control,
    put: newCanary(),
    "put later": newCanary(),
    refused: newCanary(),
    candidate: newCanary(),
    "sent by mistake": newCanary(),
  };
  const of = (name: string) => canaries[name] ?? "";
  const services: Service[] = [];
  const answers = new Map<string, Buffer[]>();
  const planted: { folders: string[]; child?: ChildProcess; server?: Server; output: string } = {
    folders: [],
    output: "",
  };
  let installation: Installation;
  let proxied: Installation;
  let proxy: TappedProxy;
  let cast: Cast;

  const record = (name: string, tapped: TappedProxy) => {
    tapped.look = ({ connection, towards, bytes }) => {
      const key = `${name} ${connection}`;
      if (towards === "client") answers.set(key, [...(answers.get(key) ?? []), bytes]);
      return bytes;
    };
  };

  beforeAll(async () => {
    installation = await startInstallation({
      environment: { COUNTERSIGN_PEN_STALE_MS: "1000" },
    });
    services.push(installation.witness, installation.keyService());
    proxy = await TappedProxy.start({ host: "127.0.0.1", port: installation.deskPort });
    record("answers", proxy);
    proxied = { ...installation, deskPort: proxy.port };
    cast = await enrolCast(proxied);
  });
  afterAll(async () => {
    planted.child?.kill("SIGKILL");
    planted.server?.close();
    for (const folder of planted.folders) rmSync(folder, { recursive: true, force: true });
    await proxy?.close();
    await installation?.stop();
  });

  const put = async (laptop: TestDevice, text: string) => {
    const value = await sealedValue(laptop, text);
    return laptop.call("/people/v1/drafts", { act: { act: "put-value", name: SECRET, value } });
  };

  it("LEAK-2 KEY-2 the whole story: put, ask, approve, open, check, go wrong, be killed, start again", async () => {
    const { olivia, laptop, eve } = cast;
    const first = registration(SECRET, { value: await sealedValue(laptop, of("put")) });
    await olivia.mustSign([(await laptop.draft(first)).draft]);
    await olivia.mustSign([(await laptop.draft(registration(GENERATED))).draft]);

    const recipient = await Recipient.of(laptop, await askAndApprove(cast));
    expect(await recipient.open()).toEqual({ ok: true, text: of("put") });
    const asked = await askAndApprove(cast, { secrets: [GENERATED] });
    const generated = await (await Recipient.of(laptop, asked)).open();
    if (!generated.ok) throw new Error(`the generated value was refused: ${generated.code}`);
    canaries.generated = generated.text;

    expect(await checkValue(laptop, SECRET, of("put"))).toBe("equal");
    expect(await checkValue(laptop, SECRET, of("candidate"))).toBe("different");
    expect(await put(laptop, `${of("refused")}\n`)).toMatchObject({ code: "value-rejected" });

    // People and programs make mistakes: a value where none belongs.
    const mistake = of("sent by mistake");
    const wrongly = <P extends PeopleApiPath>(path: P, input: unknown) =>
      laptop.call(path, input as PeopleApiInput<P>); // which it is not
    const wrong = [
      await wrongly("/people/v1/values/check", { name: SECRET, candidate: mistake }),
      await wrongly("/people/v1/secrets/show", { name: mistake }),
      await wrongly("/people/v1/drafts", { act: { ...asking(laptop), value: mistake } }),
      await call(proxied, "/desk/v1/enrolment/begin", { token: mistake }),
      await call(proxied, "/people/v1/hello", {}, { headers: { cookie: `session=${mistake}` } }),
      await call(
        proxied,
        "/people/v1/whoami",
        {},
        { headers: { authorization: `Bearer ${mistake}` } },
      ),
    ];
    expect(wrong.filter((it) => !it.ok).length).toBeGreaterThanOrEqual(5);
    await fetch(`http://127.0.0.1:${proxy.port}/d/?value=${encodeURIComponent(mistake)}`);
    await consoleCall(installation, "/console/v1/drafts", { value: mistake });
    await consoleCall(installation, "/console/v1/drafts", {}, mistake.replaceAll(/[^\w]/g, ""));

    const dba = await DatabaseAttacker.of(installation.database);
    const rows = "UPDATE keyservice.envelope SET sealed = sealed || $1::bytea";
    await dba.rows(rows, ["\\x20"]);
    expect(await recipient.open()).toEqual({ ok: false, code: "tampering-found" });
    await dba.rows(
      "UPDATE keyservice.envelope SET sealed = substring(sealed FROM 1 FOR length(sealed) - 1)",
    );
    await dba.end();

    const killed = installation.keyService();
    killed.child.kill("SIGKILL");
    await killed.ended;
    services.push(await installation.startKeyService());
    expect(await recipient.open()).toEqual({ ok: true, text: of("put") });
    const later = await put(laptop, of("put later"));
    if (!later.ok) throw new Error(later.detail);
    await olivia.mustSign([later.value.draft]);
    expect(await recipient.open()).toMatchObject({ ok: false, code: "secret-changed" });
    await eve.identify();
  });

  it("LEAK-2 a control is planted in every place and every encoding", async () => {
    const bytesOf = (encoding: Encoding) => spellings(control, encoding)[0] ?? Buffer.alloc(0);
    const folders = {
      state: installation.folder,
      token: dirname(installation.token.storageDir),
      temporary: tmpdir(),
    };
    for (const folder of Object.values(folders)) {
      const own = mkdtempSync(join(folder, "planted-"));
      planted.folders.push(own);
      for (const encoding of ENCODINGS) {
        writeFileSync(join(own, encoding), bytesOf(encoding));
        writeFileSync(join(own, `${encoding}.gz`), gzipSync(bytesOf(encoding)));
      }
    }
    const dba = await DatabaseAttacker.of(installation.database);
    await dba.rows("CREATE TABLE public.planted (encoding text, text text, bytes bytea)");
    for (const encoding of ENCODINGS) {
      const text = encoding === "utf-16" ? null : bytesOf(encoding).toString();
      await dba.rows("INSERT INTO public.planted VALUES ($1, $2, $3)", [
        encoding,
        text,
        bytesOf(encoding),
      ]);
    }
    await dba.end();

    const texts = ENCODINGS.filter((it) => it !== "utf-16").map((it) => bytesOf(it).toString());
    const print =
      "process.stdin.on('data', (it) => process.stdout.write(it)); process.stdout.write('ready');";
    const child = spawn(process.execPath, ["-e", print, "--", ...texts], {
      env: Object.fromEntries(texts.map((text, at) => [`PLANTED_${at}`, text])),
      stdio: ["pipe", "pipe", "ignore"],
    });
    planted.child = child;
    child.stdout.setEncoding("utf8").on("data", (more: string) => {
      planted.output += more;
    });
    await once(child.stdout, "data");
    const all = Buffer.concat(ENCODINGS.map(bytesOf));
    child.stdin.write(all);
    await expect.poll(() => planted.output.length).toBe("ready".length + all.length);

    const server = createServer((_, response) => response.end(all));
    planted.server = server;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo; // listening on TCP
    const tapped = await TappedProxy.start({ host: "127.0.0.1", port });
    record("answers", tapped);
    await (await fetch(`http://127.0.0.1:${tapped.port}`)).arrayBuffer();
    await tapped.close();
  });

  it("LEAK-2 KEY-2 BROWSER-1 L12 no value stands in any log, table, file, process or answer, in any encoding, and the control stands in all", async () => {
    const scanner = new CanaryScanner(canaries);
    const running = services.map((it) => it.child.pid ?? 0).concat(planted.child?.pid ?? 0);
    const family = scanner.lookInProcesses("processes", running);
    expect(family).toBeGreaterThanOrEqual(3);
    expect(await lookInTables(scanner, "tables", installation.database)).toBeGreaterThan(15);
    await lookInDatabaseFiles(scanner, "database", installation.database);
    for (const [connection, chunks] of answers) scanner.look(connection, Buffer.concat(chunks));

    const last = installation.keyService();
    last.child.kill("SIGTERM");
    await last.ended;
    await lookInTables(scanner, "tables", installation.database);
    await lookInDatabaseFiles(scanner, "database", installation.database);
    for (const service of services) scanner.look("logs", Buffer.from(service.output()));
    scanner.look("logs", Buffer.from(planted.output));
    scanner.lookInFolder("state", installation.folder);
    scanner.lookInFolder("token", dirname(installation.token.storageDir));
    scanner.lookInFolder("temporary", tmpdir(), { since });

    const leaks = scanner.findings.filter((it) => it.canary !== "control");
    expect(leaks, "leaks").toEqual([]);
    // An environment and a command line hold no zero byte, hence no UTF-16.
    const withoutZeros = ENCODINGS.filter((it) => it !== "utf-16");
    for (const [place, encodings] of [
      ["processes environ", withoutZeros],
      ["processes cmdline", withoutZeros],
      ["tables public.planted", ENCODINGS],
      ["database files", ENCODINGS],
      ["database wal", ENCODINGS],
      ["answers", ENCODINGS],
      ["logs", ENCODINGS],
      ["state", ENCODINGS],
      ["token", ENCODINGS],
      ["temporary", ENCODINGS],
    ] as const) {
      expect([...scanner.found(place)].sort(), place).toEqual([...encodings].sort());
    }
    const compressed = scanner.findings.filter((it) => it.place.endsWith(".gz, decompressed"));
    expect(new Set(compressed.map((it) => it.encoding)).size).toBe(ENCODINGS.length);
    expect(services.map((it) => it.output().length).every((it) => it > 0)).toBe(true);
    expect(scanner.scannedBytes).toBeGreaterThan(1_000_000);
  });
});
