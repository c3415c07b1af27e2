import { type Json, type JsonLimits, parseBoundedJson } from "./bounded-json.ts";
import { utf8 } from "./bytes.ts";

/**
 * RFC 8785 (JCS) for the JSON of this protocol. Numbers are safe integers only, for which ECMAScript's
 * own number and string serialisation is what the RFC asks for (sections 3.2.2.2 and 3.2.2.3); names
 * sort by UTF-16 code units (section 3.2.3).
 *
 * @throws TypeError on a float, -0, a lone surrogate, `undefined`, a hole in an array, an object that
 * is not a plain one, or anything else that is not JSON: nothing is dropped or converted silently.
 */
export function canonicalise(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0))
      throw new TypeError("not a canonical number");
    return String(value);
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new TypeError("a lone surrogate has no canonical form");
    return JSON.stringify(value);
  }
  // Array.from visits holes, which map and join would pass over.
  if (Array.isArray(value)) return `[${Array.from(value, canonicalise).join(",")}]`;
  if (typeof value === "object" && isPlain(value)) {
    const members = Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([name, member]) => `${canonicalise(name)}:${canonicalise(member)}`);
    return `{${members.join(",")}}`;
  }
  throw new TypeError(`${typeof value} has no canonical form`);
}

/** An object literal, or an object without a prototype. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Parses bytes that must already be canonical: null for anything else that means the same (other order,
 * spaces, escapes), and for a bare `null`, which no document of this protocol is.
 *
 * @throws BoundedJsonError as `parseBoundedJson` does.
 */
export function parseCanonical(bytes: Uint8Array, limits: JsonLimits): Json | null {
  const value = parseBoundedJson(bytes, limits);
  const again = utf8(canonicalise(value));
  return again.length === bytes.length && again.every((byte, i) => byte === bytes[i])
    ? value
    : null;
}
