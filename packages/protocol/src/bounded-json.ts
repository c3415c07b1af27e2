import { fromUtf8 } from "./bytes.ts";

/** JSON as this protocol knows it: no floats, no duplicate names, bounded size and depth. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** `maxDepth` counts open braces and brackets: `{}` is 1 deep, `[[]]` is 2, a bare number 0. */
export type JsonLimits = { readonly maxBytes: number; readonly maxDepth: number };

export const STATEMENT_LIMITS: JsonLimits = { maxBytes: 16_384, maxDepth: 12 };

export class BoundedJsonError extends Error {
  override readonly name = "BoundedJsonError";
}

/**
 * Parses JSON from outside. Size and depth are judged before `JSON.parse` sees the text, so that a
 * deep document cannot exhaust the stack (lesson L6). Beyond RFC 8259 it refuses whatever two readers
 * could understand differently: repeated names (RFC 8259 section 4 leaves them open), numbers that are
 * not written as a plain whole number within 2^53 (`1.0`, `1e3`, `-0`), lone surrogates, U+0000 (which
 * PostgreSQL cannot store), a byte order mark, and the name `__proto__`.
 *
 * Time and memory are linear in the size.
 *
 * @throws BoundedJsonError with a sentence that quotes nothing of the input.
 */
export function parseBoundedJson(bytes: Uint8Array, limits: JsonLimits): Json {
  if (bytes.length > limits.maxBytes) {
    throw new BoundedJsonError(`the JSON is larger than ${limits.maxBytes} bytes`);
  }
  let text: string;
  try {
    text = fromUtf8(bytes);
  } catch {
    throw new BoundedJsonError("the JSON is not UTF-8");
  }
  const written = scan(text, limits.maxDepth);
  let seen = 0;
  let value: Json;
  try {
    // The reviver sees each value once: where a repeated name was dropped it sees fewer than were written.
    value = JSON.parse(text, (name, member: Json) => {
      seen += 1;
      refuseMember(name, member);
      return member;
    });
  } catch (error) {
    if (error instanceof BoundedJsonError) throw error;
    throw new BoundedJsonError("the text is not JSON");
  }
  if (seen !== written) throw new BoundedJsonError("the JSON repeats a name");
  return value;
}

function refuseMember(name: string, member: Json): void {
  if (name === "__proto__") throw new BoundedJsonError("the JSON has a forbidden name");
  if (!isStorable(name) || (typeof member === "string" && !isStorable(member))) {
    throw new BoundedJsonError("the JSON has half a character, or U+0000, in a text");
  }
  if (typeof member === "number" && !Number.isSafeInteger(member)) {
    throw new BoundedJsonError("the JSON has a number beyond 2^53");
  }
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}

/**
 * Walks the text outside of strings, judges depth and the spelling of numbers, and counts the values
 * written, those under repeated names included. The count means something only if the text is JSON.
 */
function scan(text: string, maxDepth: number): number {
  let values = 1;
  let depth = 0;
  let inString = false;
  /** The innermost open container has nothing in it so far. */
  let empty = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (inString) {
      if (char === "\\") i += 1;
      else if (char === '"') inString = false;
      continue;
    }
    switch (char) {
      case " ":
      case "\t":
      case "\n":
      case "\r":
        break;
      case "{":
      case "[":
        depth += 1;
        if (depth > maxDepth)
          throw new BoundedJsonError(`the JSON is deeper than ${maxDepth} levels`);
        values += 1;
        empty = true;
        break;
      case "}":
      case "]":
        depth -= 1;
        if (empty) values -= 1;
        empty = false;
        break;
      case ",":
        values += 1;
        break;
      default:
        empty = false;
        if (char === '"') inString = true;
        else if (isOddNumber(text, i)) {
          throw new BoundedJsonError("the JSON has a number that is not a plain whole number");
        }
    }
  }
  return values;
}

/** Outside of strings, `.`, `E`, an `e` after a digit, and `-0` stand in numbers only. */
function isOddNumber(text: string, at: number): boolean {
  const char = text.charAt(at);
  if (char === "." || char === "E") return true;
  if (char === "e") return /[0-9]/.test(text.charAt(at - 1));
  return char === "-" && text.charAt(at + 1) === "0";
}
