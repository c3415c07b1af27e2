import type { Json } from "../src/bounded-json.ts";

/**
 * An independent reading of RFC 8259 with this protocol's bounds, by recursive descent: the other side of
 * a differential test. Null where it refuses.
 */
export function strictParse(text: string): { value: Json } | null {
  let at = 0;
  const refused = Symbol("refused");
  const fail = (): never => {
    throw refused;
  };
  const skip = () => {
    while (" \t\n\r".includes(text[at] ?? "x")) at += 1;
  };
  const take = (token: string) => {
    if (!text.startsWith(token, at)) fail();
    at += token.length;
  };
  function string(): string {
    take('"');
    let units = "";
    for (;;) {
      const char = text[at];
      if (char === undefined || char < " ") return fail();
      at += 1;
      if (char === '"') break;
      if (char !== "\\") {
        units += char;
        continue;
      }
      const escaped = text[at] ?? fail();
      at += 1;
      if (escaped === "u") {
        const digits = text.slice(at, at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) fail();
        units += String.fromCharCode(Number.parseInt(digits, 16));
        at += 4;
      } else {
        const plain = '"\\/bfnrt'.indexOf(escaped);
        if (plain < 0) fail();
        units += '"\\/\b\f\n\r\t'.charAt(plain);
      }
    }
    if (!units.isWellFormed() || units.includes("\0")) fail();
    return units;
  }
  function number(): number {
    const written = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/.exec(
      text.slice(at),
    )?.[0];
    if (written === undefined || !/^(?:0|-?[1-9][0-9]*)$/.test(written)) return fail();
    if (BigInt(written) !== BigInt(Number(written)) || !Number.isSafeInteger(Number(written)))
      fail();
    at += written.length;
    return Number(written);
  }
  function members(close: string, one: () => void): void {
    at += 1;
    skip();
    if (text[at] === close) {
      at += 1;
      return;
    }
    for (;;) {
      one();
      skip();
      if (text[at] === close) {
        at += 1;
        return;
      }
      take(",");
    }
  }
  function value(): Json {
    skip();
    const char = text[at];
    if (char === "{") {
      const names = new Map<string, Json>();
      members("}", () => {
        skip();
        const name = string();
        if (names.has(name) || name === "__proto__") fail();
        skip();
        take(":");
        names.set(name, value());
      });
      return Object.fromEntries(names);
    }
    if (char === "[") {
      const list: Json[] = [];
      members("]", () => {
        list.push(value());
      });
      return list;
    }
    if (char === '"') return string();
    for (const [word, meaning] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    }
    return number();
  }
  try {
    const whole = value();
    skip();
    return at === text.length ? { value: whole } : null;
  } catch (thrown) {
    if (thrown === refused) return null;
    throw thrown;
  }
}
