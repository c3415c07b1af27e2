import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { machine, service, useFreshWorld } from "../testing/fresh-world.ts";
import { APP_PASSWORD, CANARY, PRIYA, SAM } from "../testing/test-cast.ts";

useFreshWorld();

const stored = () => service.secrets.get(APP_PASSWORD)?.value.toString("latin1");
const put = (stdin: string | Buffer, ...more: string[]) =>
  machine.secrets(["put", APP_PASSWORD, "--stdin", ...more], {
    stdin,
    meanwhile: [() => service.sign()],
  });

describe("secrets put", () => {
  it("BROWSER-1 seals the value here: the service's door never sees it in clear", async () => {
    const ran = await put("n3w-value");
    expect(ran.code).toBe(0);
    expect(stored()).toBe("n3w-value");
    expect(ran.stdout).toContain("has a new value");
    expect(
      ran.stdout + ran.stderr + service.calls.map((it) => it.body).join() + machine.stateText(),
    ).not.toContain("n3w-value");
  });

  it.each([
    ["removes one newline at the end, and says so", "v\n", [], "v", "One newline"],
    ["removes only one", "v\n\n", [], "v\n", "One newline"],
    ["keeps it with --raw", "v\n", ["--raw"], "v\n", ""],
    ["points out a carriage return", "v\r\n", [], "v\r", "carriage return"],
    ["keeps bytes that are not text", Buffer.from([0, 255, 10, 0]), [], "\u0000\u00ff\n\u0000", ""],
  ])("%s", async (_, stdin, more, value, phrase) => {
    const ran = await put(stdin, ...more);
    expect(ran.code).toBe(0);
    expect(stored()).toBe(value);
    expect(ran.said).toContain(phrase);
    if (phrase === "") expect(ran.said).toBe("");
  });

  it("reads a file", async () => {
    const file = join(machine.home, "value");
    writeFileSync(file, "from-a-file\n");
    const ran = await machine.secrets(["put", APP_PASSWORD, "--file", file], {
      meanwhile: [() => service.sign()],
    });
    expect(ran.code).toBe(0);
    expect(stored()).toBe("from-a-file");
  });

  it("takes 65,536 bytes and refuses one more before anything is sent", async () => {
    expect((await put("x".repeat(65_536))).code).toBe(0);
    service.calls.length = 0;
    const ran = await put("x".repeat(65_537));
    expect(ran.code).toBe(2);
    expect(ran.said).toContain("longer than 65,536 bytes");
    expect((await put("x".repeat(200_000))).code).toBe(2);
    expect(service.calls).toEqual([]);
  });

  it.each([
    ["an empty value", "", []],
    ["a lone newline", "\n", []],
  ])("refuses %s", async (_, stdin, more) => {
    const ran = await put(stdin, ...more);
    expect(ran.code).toBe(2);
    expect(ran.said).toContain("The value is empty");
  });

  it.each([
    ["neither source", [APP_PASSWORD]],
    ["both sources", [APP_PASSWORD, "--stdin", "--file", "x"]],
    ["a file that is not there", [APP_PASSWORD, "--file", "/no/such/file"]],
    ["a directory", [APP_PASSWORD, "--file", "/"]],
    ["a name that is none", ["Not/A/Name", "--stdin"]],
  ])("refuses %s", async (_, args) => {
    const ran = await machine.secrets(["put", ...args], { stdin: "v" });
    expect(ran.code).toBe(2);
  });

  it.each([
    ["behind the name", [APP_PASSWORD, "hunter2-value"]],
    ["in place of the name", ["hunter2-value"]],
    ["as an option", [APP_PASSWORD, "--value=hunter2-value"]],
    ["as a short option", [APP_PASSWORD, "-phunter2-value"]],
  ])("L12 refuses a value on the command line, %s, and repeats nothing of it", async (_, args) => {
    service.calls.length = 0;
    const ran = await machine.secrets(["put", ...args]);
    expect(ran.code).toBe(2);
    expect(ran.stdout + ran.stderr).not.toContain("hunter2");
    expect(service.calls).toEqual([]);
  });

  it("L12 says why a value on the command line is refused, and what to do about it", async () => {
    const ran = await machine.secrets(["put", APP_PASSWORD, "hunter2-value"]);
    expect(ran.said).toContain("treat it as disclosed");
    expect(ran.said).toContain("--stdin, or --file FILE");
  });

  it("reads a typed value without echo, with corrections, up to Enter", async () => {
    const ran = await machine.secrets(["put", APP_PASSWORD, "--stdin"], {
      tty: true,
      stdin: "typedé\u007f!\r",
      meanwhile: [() => service.sign()],
    });
    expect(ran.code).toBe(0);
    expect(stored()).toBe("typed!");
    expect(ran.stdout + ran.stderr).not.toContain("typed!");
    const stopped = await machine.secrets(["put", APP_PASSWORD, "--stdin"], {
      tty: true,
      stdin: "typed\u0003",
    });
    expect(stopped.code).toBe(130);
  });

  it("ends with 4 where it is not to wait", async () => {
    const ran = await machine.secrets(["put", APP_PASSWORD, "--stdin", "--no-wait", "--json"], {
      stdin: "v",
    });
    expect(ran.code).toBe(4);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      event: "drafted",
      kind: "put-value",
      words: expect.any(Array),
      link: expect.stringContaining("/d/x-"),
    });
  });
});

describe("secrets generate, register, edit, revoke", () => {
  it("generates without anybody seeing the value", async () => {
    const ran = await machine.secrets(["generate", APP_PASSWORD, "--length", "40"], {
      meanwhile: [() => service.sign()],
    });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("generated");
    expect((await machine.secrets(["generate", APP_PASSWORD, "--length", "0"])).code).toBe(2);
  });

  const metadata = [
    "--type",
    "database-credential",
    "--category",
    "database-user",
    "--owner",
    "payments",
    "--service",
    "payments",
    "--classification",
    "pii",
    "--tier",
    "critical",
    "--rotation-days",
    "90",
  ];
  const everybody = () => [
    () => service.sign(),
    () => service.approve(SAM),
    () => service.approve(PRIYA),
  ];

  it.each([
    ["with a generated value", ["--generate"], undefined],
    ["with a sealed value", ["--stdin"], "first-value"],
    ["without a value", [], undefined],
  ])("NAME-1 registers %s under one signature a person", async (_, more, stdin) => {
    const ran = await machine.secrets(
      ["register", "secret://payments/prod/new/key", ...metadata, ...more],
      {
        ...(stdin === undefined ? {} : { stdin }),
        meanwhile: everybody(),
      },
    );
    expect(ran.said).toBe("");
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("payments/prod/new/key is registered.");
    expect(ran.stdout).not.toContain("first-value");
  });

  it.each([
    ["an unknown type", ["--type", "password"], "--type"],
    ["a missing category", [], "--category"],
    ["a length without --generate", ["--length", "3"], "--length"],
    ["two sources", ["--generate", "--stdin"], "Either --generate"],
  ])("refuses %s by the name of the option", async (_, more, phrase) => {
    const given =
      more[0] === "--type"
        ? [...metadata.slice(2), ...more]
        : phrase === "--category"
          ? metadata.filter((it) => it !== "--category" && it !== "database-user")
          : [...metadata, ...more];
    service.calls.length = 0;
    const ran = await machine.secrets(["register", "payments/prod/new/key", ...given]);
    expect(ran.code).toBe(2);
    expect(ran.said).toContain(phrase);
    expect(service.calls).toEqual([]);
  });

  it("CLASS-1 edits what decides nothing, and re-classifies what decides who must sign", async () => {
    const edited = await machine.secrets([
      "edit",
      APP_PASSWORD,
      "--rotation-days",
      "60",
      "--no-wait",
      "--json",
    ]);
    expect(JSON.parse(edited.stdout)).toMatchObject({ kind: "edit-secret" });
    for (const option of [
      ["--tier", "high"],
      ["--classification", "internal"],
      ["--owner", "billing"],
      ["--service", "billing"],
    ]) {
      const ran = await machine.secrets(["edit", APP_PASSWORD, ...option, "--no-wait", "--json"]);
      expect(JSON.parse(ran.stdout)).toMatchObject({ kind: "reclassify-secret" });
    }
    const nothing = await machine.secrets(["edit", APP_PASSWORD, "--tier", "critical"]);
    expect(nothing.code).toBe(2);
    expect(nothing.said).toContain("Nothing would change.");
  });

  it("revokes this device, a grant, a secret; and refuses what it does not know", async () => {
    await machine.secrets(["request", APP_PASSWORD, "--why", "restore", "--ticket", "OPS-42"], {
      meanwhile: [() => service.sign()],
    });
    const { statement } = service.newest();
    const grant = statement.kind === "request" ? statement.body.request : "";
    for (const args of [["device"], ["grant", grant], ["secret", APP_PASSWORD]]) {
      const ran = await machine.secrets(["revoke", ...args, "--why", "laptop sold"], {
        meanwhile: [() => service.sign()],
      });
      expect(ran.said).toBe("");
      expect(ran.code).toBe(0);
    }
    expect((await machine.secrets(["revoke", "everything", "--why", "x"])).code).toBe(2);
    expect((await machine.secrets(["revoke", "device"])).said).toContain("--why is missing");
    expect((await machine.secrets(["revoke", "grant", "r-1", "--why", "x"])).said).toContain(
      "not a grant's id",
    );
  });
});

describe("secrets check", () => {
  it("tells whether the candidate is the stored value, by exit code too", async () => {
    const same = await machine.secrets(["check", APP_PASSWORD, "--stdin"], {
      stdin: `${CANARY}\n`,
    });
    expect(same.code).toBe(0);
    const other = await machine.secrets(["check", APP_PASSWORD, "--stdin", "--json"], {
      stdin: "guess",
    });
    expect(other.code).toBe(1);
    expect(JSON.parse(other.stdout)).toEqual({ name: APP_PASSWORD, equal: false, version: 3 });
  });

  it("passes on that there were too many", async () => {
    service.refusals.set("/people/v1/values/check", "rate-limited");
    const ran = await machine.secrets(["check", APP_PASSWORD, "--stdin", "--json"], {
      stdin: "guess",
    });
    expect(ran.code).toBe(7);
    expect(JSON.parse(ran.stderr)).toEqual({
      error: {
        code: "rate-limited",
        message: "The service refuses: rate-limited.",
        next: "Wait a minute, then run the same command again.",
        correlation: "c-test-1",
        exit: 7,
      },
    });
  });
});

describe("secrets approve, deny, withdraw", () => {
  beforeEach(async () => {
    await machine.secrets(["request", APP_PASSWORD, "--why", "restore", "--ticket", "OPS-42"], {
      meanwhile: [() => service.sign()],
    });
  });
  const id = () => {
    const { statement } = service.newest();
    return statement.kind === "request" ? statement.body.request : "";
  };

  it("ID-1 approving shows the request in full and leads to the desk, where the hardware key signs", async () => {
    const ran = await machine.secrets(["approve", id()], { meanwhile: [() => service.sign()] });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("restore");
    expect(ran.stdout).toContain("/d/x-");
    expect(ran.stdout).toContain("You approved it.");
  });

  it("denying needs a reason, withdrawing does not", async () => {
    expect((await machine.secrets(["deny", id()])).said).toContain("--why is missing");
    expect(
      (
        await machine.secrets(["deny", id(), "--why", "wrong environment"], {
          meanwhile: [() => service.sign()],
        })
      ).code,
    ).toBe(0);
    expect(
      (await machine.secrets(["withdraw", id()], { meanwhile: [() => service.sign()] })).code,
    ).toBe(0);
    expect((await machine.secrets(["approve", "r-1"])).code).toBe(2);
  });

  it("lists what waits for a signature", async () => {
    const ran = await machine.secrets(["requests", "--waiting"]);
    expect(ran.stdout).toContain("waits");
    expect(ran.stdout).toContain(id());
    expect(ran.stdout).toContain("○○");
  });
});
