import { describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/paths.mjs";
import { importsOf } from "./import-scanner.ts";
import { RULES } from "./rules.ts";
import { readSourceTree, sourceTree } from "./source-tree.ts";

const tree = readSourceTree(root);

/** For each rule a small tree that breaks it: a rule that nothing can break guards nothing. */
const BROKEN: Record<string, Record<string, string>> = {
  "processes never import each other": {
    "server/witness/a.ts": 'import type { Grant } from "../key-service/grants/domain/grant.ts";',
  },
  "what processes share imports no process": {
    "server/db/pool.ts": 'export * from "../witness/state.ts";',
  },
  "a domain imports domains of its process, the kernel, the protocol and zod, and is deterministic":
    {
      "server/key-service/grants/domain/a.ts":
        'import { store } from "../infrastructure/store.ts";',
      "server/key-service/grants/domain/b.ts": 'import { readFile } from "node:fs";',
      "server/key-service/grants/domain/c.ts":
        'import { createHash, randomBytes } from "node:crypto";',
      "server/key-service/grants/domain/d.ts": 'import pg from "pg";',
    },
  "a domain reads no clock, rolls no dice and does nothing later": {
    "server/key-service/grants/domain/a.ts": "const now = Date.now();",
    "server/key-service/grants/domain/b.ts": "const now = new Date();",
    "server/key-service/grants/domain/c.ts": "const id = Math.random();",
    "server/key-service/grants/domain/d.ts": "setTimeout(expire, 5);",
  },
  "pkcs11js is imported in server/key-service/keys/infrastructure only": {
    "server/key-service/keys/application/a.ts": 'const p = await import("pkcs11js");',
  },
  "pg and Prisma are imported in server/db and infrastructure folders only": {
    "server/key-service/grants/application/a.ts": 'import pg from "pg";',
    "server/key-service/grants/application/b.ts": 'import { PrismaPg } from "@prisma/adapter-pg";',
    "server/key-service/grants/application/c.ts":
      'import { PrismaClient } from "../../../../generated/prisma/client.ts";',
  },
  "the environment is read in server/config only": {
    "server/witness/a.ts": "const port = process.env.PORT;",
    "server/witness/b.ts": "const { env } = process;",
    "server/witness/c.ts": 'const port = process["env"].PORT;',
    "packages/cli/src/a.ts": "const home = process . env.HOME;",
  },
  "packages never import the server": {
    "packages/cli/src/a.ts": 'import { ok } from "../../../server/kernel/result.ts";',
  },
  "the command line imports no package of ours but the protocol": {
    "packages/cli/src/a.ts": 'import { verify } from "../../verify/src/verify.ts";',
  },
  "the protocol runs in browsers: zod and its own files, nothing of Node": {
    "packages/protocol/src/a.ts": 'import { createHash } from "node:crypto";',
  },
  "pages and components see the console's contracts as types, and nothing else of a server": {
    "app/(console)/a.tsx": 'import { readSecrets } from "../../server/console/secrets/rows.ts";',
    "app/sign-in/b.tsx": 'import type { Grid } from "../../server/console/authorise/grid.ts";',
    "components/c.tsx": 'import { secretRow } from "../server/console/secrets/contract.ts";',
  },
  "the doorways import the console and the configuration, no other process": {
    "app/api/a/route.ts":
      'import { decide } from "../../../server/key-service/decisions/decide.ts";',
    "app/_trpc/b.ts": 'import { createPool } from "../../server/db/pool.ts";',
  },
  "components know no page": {
    "components/rooms/a.tsx": 'import { Page } from "../../app/(console)/page.tsx";',
  },
  "a procedure is made by name of its action: nothing else of tRPC's makes one": {
    "server/console/secrets/a.ts": 'import { initTRPC } from "@trpc/server";',
  },
  "SQL is written in infrastructure folders": {
    "server/console/secrets/application/a.ts": "await tx.$queryRaw`SELECT 1`;",
    "server/console/secrets/b.ts": "Prisma.sql`SELECT 1`;",
  },
  "product code never imports test code or scripts": {
    "server/witness/a.ts": 'import { createTestDatabase } from "../../tests/support/postgres.ts";',
    "server/witness/b.ts": 'import { freePort } from "../../scripts/lib/free-port.mjs";',
    "server/witness/c.ts": 'import { ledger } from "./ledger.fixture.ts";',
  },
  "an import names a file that exists, with its extension": {
    "server/witness/a.ts": 'import { b } from "./b";',
    "server/witness/b.ts": 'import { c } from "./gone.ts";',
    "app/c.tsx": 'import { d } from "./gone.tsx";',
  },
  "no module is loaded by a computed name": {
    "server/witness/a.ts": "await import(name);",
  },
  "a key that was just generated is not exported as a JWK, which can stop Node 20 for ever": {
    "server/witness/a.ts": 'const { x } = key.export({ format: "jwk" });',
    "tests/b.spec.ts": 'pair.publicKey.export({\n  format: "jwk",\n});',
  },
  "no file imports itself through others": {
    "server/witness/a.ts": 'import { b } from "./b.ts";',
    "server/witness/b.ts": 'import type { c } from "./c.ts";',
    "server/witness/c.ts": 'export { a } from "./a.ts";',
  },
  "no barrels, and no drawer for odds and ends": {
    "server/witness/index.ts": "export {};",
    "server/witness/utils.ts": "export {};",
    "server/witness/key-manager.ts": "export {};",
  },
  "files are short enough to read": {
    "server/witness/a.ts": "x;\n".repeat(401),
    "server/witness/a.spec.ts": "x;\n".repeat(1001),
  },
};

const TITLED = RULES.map(({ title, check }) => [title, check] as const);

/** How many violations a broken tree has where it is not one per file. */
const COUNTS: Record<string, number> = { "no file imports itself through others": 1 };

describe("the repository", () => {
  it.each(TITLED)("keeps the rule: %s", (_title, check) => {
    expect(check(tree)).toEqual([]);
  });

  it.each(TITLED)("would be caught breaking the rule: %s", (title, check) => {
    const files = BROKEN[title] ?? {};
    const violations = check(sourceTree(files));
    const expected = COUNTS[title] ?? Object.keys(files).length;
    expect(expected).toBeGreaterThan(0);
    expect(violations, violations.join("\n")).toHaveLength(expected);
  });

  it("is read whole: the rules see the product's files", () => {
    expect(tree.size).toBeGreaterThan(100);
    for (const known of ["server/kernel/result.ts", "packages/protocol/src/statement.ts"]) {
      expect([...tree.keys()]).toContain(known);
    }
  });
});

describe("the import scanner", () => {
  it("finds every form of import", () => {
    const source = `
      import a from "a";
      import type { B } from "b";
      import {
        c, // from "not-this"
      } from "c";
      import "d";
      export * from "e"; export { f } from 'f';
      const g = await import("g"); const h = require("h");
    `;
    expect(importsOf(source).map((each) => each.specifier)).toEqual([..."abcdefgh"]);
  });

  it("is not led astray by comments, strings, templates and regular expressions", () => {
    const source = [
      '// import a from "a";',
      '/* import b from "b"; */',
      "const text = 'import c from \"c\"';",
      ['const t = `import d from "d" $', "{`nested $", "{1}`} import('e')`;"].join(""),
      "const r = /[\"'`/]*/; const q = x / y / z;",
      "const u = /https?:\\/\\//;",
      'import { real } from "real";',
    ].join("\n");
    expect(importsOf(source).map((each) => each.specifier)).toEqual(["real"]);
  });
});
