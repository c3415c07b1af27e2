/** One import of a module, type imports included. */
export type Import = {
  /** As written: `./result.ts`, `pg`, `node:crypto`. */
  readonly specifier: string;
  /** What stands between `import` or `export` and `from`; empty for `import "x"` and `import("x")`. */
  readonly clause: string;
};

const STATEMENT =
  /\b(?:import|export)\s+(?<clause>[^;"'`]*?)\s*\bfrom\s*(?<q1>["'])(?<from>[^"']+)\k<q1>|\b(?:import|require)\s*\(\s*(?<q2>["'])(?<call>[^"']+)\k<q2>|\bimport\s*(?<q3>["'])(?<bare>[^"']+)\k<q3>/g;

/**
 * The imports of a TypeScript or JavaScript file: static, dynamic, re-exports, `require`.
 *
 * Our own reader, since those that exist drop type imports, which bind one process to another just as
 * firmly. A specifier that is computed cannot be read; `hasComputedImport` finds those.
 */
export function importsOf(source: string): Import[] {
  return [...codeOnly(source).matchAll(STATEMENT)].map(({ groups = {} }) => ({
    specifier: groups.from ?? groups.call ?? groups.bare ?? "",
    clause: groups.clause ?? "",
  }));
}

/** Whether the file loads a module whose name is computed: no rule can follow that. */
export function hasComputedImport(source: string): boolean {
  return /\b(?:import|require)\s*\(\s*(?!["'\s])/.test(codeOnly(source));
}

/** The source with comments, template texts and all strings blanked, but those that name a module. */
export function codeOnly(source: string): string {
  let code = "";
  let at = 0;
  while (at < source.length) {
    const char = source[at] ?? "";
    const two = source.slice(at, at + 2);
    if (two === "//") at = endOfLine(source, at);
    else if (two === "/*") at = after(source, "*/", at + 2);
    else if (char === "`") {
      const end = endOfQuoted(source, at, "`");
      code += "``";
      at = end;
    } else if (char === '"' || char === "'") {
      const end = endOfQuoted(source, at, char);
      code += namesModule(code) ? source.slice(at, end) : `${char}${char}`;
      at = end;
    } else if (char === "/" && startsRegex(code)) {
      at = endOfRegex(source, at);
      code += "/./";
    } else {
      code += char;
      at += 1;
    }
  }
  return code;
}

function namesModule(codeBefore: string): boolean {
  return /\b(?:from|import|import\s*\(|require\s*\()\s*$/.test(codeBefore.slice(-40));
}

/** A slash after an operator, a bracket or a keyword begins a regular expression; after a value it divides. */
function startsRegex(codeBefore: string): boolean {
  const before = codeBefore.trimEnd().slice(-12);
  return before === "" || /[(,=:[!&|?{};+\-*%<>~^]$|\b(?:return|case|typeof|in|of)$/.test(before);
}

function endOfRegex(source: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source[at];
    if (char === "\\") at += 1;
    else if (char === "\n") return at;
    else if (char === "[") inClass = true;
    else if (char === "]") inClass = false;
    else if (char === "/" && !inClass) return at + 1;
  }
  return source.length;
}

function endOfQuoted(source: string, start: number, quote: string): number {
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source[at];
    if (char === "\\") at += 1;
    else if (char === quote) return at + 1;
    else if (quote !== "`" && char === "\n") return at;
    else if (quote === "`" && char === "$" && source[at + 1] === "{") {
      at = endOfSubstitution(source, at + 2) - 1;
    }
  }
  return source.length;
}

/** Past the closing brace of `${…}`; what stands inside is blanked with the template around it. */
function endOfSubstitution(source: string, start: number): number {
  let depth = 1;
  let at = start;
  while (at < source.length) {
    const char = source[at] ?? "";
    if (char === "`" || char === '"' || char === "'") at = endOfQuoted(source, at, char);
    else {
      at += 1;
      if (char === "{") depth += 1;
      if (char === "}") depth -= 1;
      if (depth === 0) return at;
    }
  }
  return at;
}

function endOfLine(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end === -1 ? source.length : end;
}

function after(source: string, text: string, from: number): number {
  const found = source.indexOf(text, from);
  return found === -1 ? source.length : found + text.length;
}
