import { posix } from "node:path";
import { cyclesOf } from "./cycles.ts";
import { hasComputedImport } from "./import-scanner.ts";
import { isProduct, isTestCode, type SourceFile, type SourceTree } from "./source-tree.ts";

/** A rule of docs/map.md. `check` returns each violation as `file: what is wrong`. */
export type Rule = { readonly title: string; readonly check: (tree: SourceTree) => string[] };

/** Folders of `server/` that every process may use. Any other folder there is a process. */
const SHARED = new Set(["kernel", "config", "db", "observability"]);

/** Of `node:crypto` a domain may use what depends on its arguments alone. */
const NOT_DETERMINISTIC = /\b(?:random\w*|generate\w*|webcrypto|getRandomValues|createECDH)\b|\*/;

const LONGEST_PRODUCT_FILE = 400;
/** Tables of cases are long; past this nobody reads them either. */
const LONGEST_TEST_FILE = 1000;

/** The one place outside `server/config` that reads the environment: the command line is its own program. */
const CLI_ENVIRONMENT = "packages/cli/src/environment.ts";

/** Here keys are read from DER or PEM before they become a JWK. */
const READS_KEYS_AGAIN = new Set([
  "scripts/authenticator/public-jwk.ts",
  "scripts/dev-idp/signing-key.ts",
]);

/** Pages are all of `app` but its doorways to the console. */
const isPage = (path: string) =>
  path.startsWith("components/") || (/^app\//.test(path) && !/^app\/(?:api|_trpc)\//.test(path));
const CONTRACT = /^server\/console\/(?:[a-z-]+\/contract|shapes\/[a-z-]+)\.ts$/;

const processOf = (path: string): string | undefined => {
  const folder = /^server\/([^/]+)\//.exec(path)?.[1];
  return folder === undefined || SHARED.has(folder) ? undefined : folder;
};
const isDomain = (path: string) => /^server\/.+\/domain\//.test(path);
const isPackage = (name: string, specifier: string) =>
  specifier === name || specifier.startsWith(`${name}/`);

export const RULES: readonly Rule[] = [
  {
    title: "processes never import each other",
    check: perImport((file, target) => {
      const [from, to] = [processOf(file.path), processOf(target ?? "")];
      return isProduct(file.path) && from !== undefined && to !== undefined && from !== to;
    }),
  },
  {
    title: "what processes share imports no process",
    check: perImport(
      (file, target) =>
        isProduct(file.path) &&
        file.path.startsWith("server/") &&
        processOf(file.path) === undefined &&
        processOf(target ?? "") !== undefined,
    ),
  },
  {
    title:
      "a domain imports domains of its process, the kernel, the protocol and zod, and is deterministic",
    check: perImport((file, target, { specifier, clause }) => {
      if (!isDomain(file.path) || !isProduct(file.path)) return false;
      if (isPackage("zod", specifier)) return false;
      if (specifier === "node:crypto") return NOT_DETERMINISTIC.test(clause);
      if (target === undefined) return true;
      return !(
        isDomain(target) ||
        target.startsWith("server/kernel/") ||
        target.startsWith("packages/protocol/")
      );
    }),
  },
  {
    title: "a domain reads no clock, rolls no dice and does nothing later",
    check: perCode(
      isDomain,
      /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.|\bset(?:Timeout|Interval|Immediate)\b|\bcrypto\.|\bsystemClock\b|\bfetch\(/,
    ),
  },
  {
    title: "pkcs11js is imported in server/key-service/keys/infrastructure only",
    check: perImport(
      (file, _target, { specifier }) =>
        isProduct(file.path) &&
        isPackage("pkcs11js", specifier) &&
        !file.path.startsWith("server/key-service/keys/infrastructure/"),
    ),
  },
  {
    title: "pg and Prisma are imported in server/db and infrastructure folders only",
    check: perImport(
      (file, target, { specifier }) =>
        isProduct(file.path) &&
        (isPackage("pg", specifier) ||
          specifier.startsWith("@prisma/") ||
          isPackage("prisma", specifier) ||
          target?.startsWith("generated/") === true) &&
        !file.path.startsWith("server/db/") &&
        !file.path.includes("/infrastructure/"),
    ),
  },
  {
    title: "the environment is read in server/config only",
    check: perCode(
      (path) => !path.startsWith("server/config/") && path !== CLI_ENVIRONMENT,
      /\bprocess\s*(?:\?\.|\.)\s*env\b|\bprocess\s*\[|\{[^{}]*\benv\b[^{}]*\}\s*=\s*process\b/,
    ),
  },
  {
    title: "packages never import the server",
    check: perImport(
      (file, target) =>
        file.path.startsWith("packages/") &&
        isProduct(file.path) &&
        !!target &&
        !target.startsWith("packages/"),
    ),
  },
  {
    title: "the command line imports no package of ours but the protocol",
    check: perImport(
      (file, target) =>
        file.path.startsWith("packages/cli/") &&
        isProduct(file.path) &&
        !!target &&
        !/^packages\/(?:cli|protocol)\/|^dist\//.test(target),
    ),
  },
  {
    title: "the protocol runs in browsers: zod and its own files, nothing of Node",
    check: perImport(
      (file, target, { specifier }) =>
        file.path.startsWith("packages/protocol/") &&
        isProduct(file.path) &&
        !isPackage("zod", specifier) &&
        !target?.startsWith("packages/protocol/"),
    ),
  },
  {
    title:
      "pages and components see the console's contracts as types, and nothing else of a server",
    check: perImport(
      (file, target, { clause }) =>
        isPage(file.path) &&
        isProduct(file.path) &&
        target?.startsWith("server/") === true &&
        !(CONTRACT.test(target) && /^\s*type\b/.test(clause)),
    ),
  },
  {
    title: "the doorways import the console and the configuration, no other process",
    check: perImport(
      (file, target) =>
        /^app\/(?:api|_trpc)\//.test(file.path) &&
        isProduct(file.path) &&
        target?.startsWith("server/") === true &&
        !/^server\/(?:console|config|observability|kernel)\//.test(target),
    ),
  },
  {
    title: "components know no page",
    check: perImport(
      (file, target) =>
        file.path.startsWith("components/") &&
        isProduct(file.path) &&
        target?.startsWith("app/") === true,
    ),
  },
  {
    title: "a procedure is made by name of its action: nothing else of tRPC's makes one",
    check: perImport(
      (file, _target, { specifier }) =>
        file.path.startsWith("server/console/") &&
        isProduct(file.path) &&
        specifier === "@trpc/server" &&
        !["procedure.ts", "refusal-error.ts"].includes(posix.basename(file.path)),
    ),
  },
  {
    title: "SQL is written in infrastructure folders",
    check: perCode(
      (path) => path.startsWith("server/console/") && !path.includes("/infrastructure/"),
      /\$(?:query|execute)Raw|\bPrisma\.(?:sql|raw|join)\b/,
    ),
  },
  {
    title: "product code never imports test code or scripts",
    check: perImport(
      (file, target) =>
        isProduct(file.path) && !!target && (isTestCode(target) || target.startsWith("scripts/")),
    ),
  },
  {
    title: "an import names a file that exists, with its extension",
    check: (tree) =>
      importsWhere(
        tree,
        (file, target) =>
          /\.tsx?$/.test(file.path) &&
          target !== undefined &&
          !tree.has(target) &&
          !/^generated\/|\.(?:json|css)$/.test(target),
      ),
  },
  {
    title: "no module is loaded by a computed name",
    check: (tree) =>
      [...tree.values()]
        .filter(
          (file) =>
            isProduct(file.path) &&
            /^(?:server|app|components|packages\/[^/]+\/src)\//.test(file.path),
        )
        .filter((file) => hasComputedImport(file.source))
        .map((file) => `${file.path}: computes the name of a module`),
  },
  {
    title:
      "a key that was just generated is not exported as a JWK, which can stop Node 20 for ever",
    check: (tree) =>
      [...tree.values()]
        .filter(
          ({ path }) =>
            !READS_KEYS_AGAIN.has(path) && path !== "tests/repository/boundaries.spec.ts",
        )
        .filter((file) => /\.export\(\s*\{[^}]*["']jwk["']/.test(file.source))
        .map((file) => `${file.path}: use publicJwk, or export DER`),
  },
  { title: "no file imports itself through others", check: cyclesOf },
  {
    title: "no barrels, and no drawer for odds and ends",
    check: (tree) =>
      [...tree.keys()]
        .filter((path) =>
          /(?:^|\/)(?:index|utils?|helpers?|common|misc|\w+-manager)\.[mc]?[jt]sx?$/.test(path),
        )
        .map((path) => `${path}: name it for what it does`),
  },
  {
    title: "files are short enough to read",
    check: (tree) =>
      [...tree.values()].flatMap(({ path, lineCount }) => {
        const limit = isTestCode(path) ? LONGEST_TEST_FILE : LONGEST_PRODUCT_FILE;
        return lineCount > limit ? [`${path}: ${lineCount} lines, more than ${limit}`] : [];
      }),
  },
];

type Predicate = (
  file: SourceFile,
  target: string | undefined,
  each: SourceFile["imports"][number],
) => boolean;

function perImport(isViolation: Predicate) {
  return (tree: SourceTree) => importsWhere(tree, isViolation);
}

function importsWhere(tree: SourceTree, isViolation: Predicate): string[] {
  return [...tree.values()].flatMap((file) =>
    file.imports
      .filter((each) => isViolation(file, each.target, each))
      .map((each) => `${file.path}: imports ${posix.normalize(each.specifier)}`),
  );
}

function perCode(applies: (path: string) => boolean, forbidden: RegExp) {
  return (tree: SourceTree) =>
    [...tree.values()]
      .filter((file) => isProduct(file.path) && applies(file.path))
      .flatMap((file) => {
        const found = forbidden.exec(file.code);
        return found === null ? [] : [`${file.path}: ${found[0].trim()}`];
      });
}
