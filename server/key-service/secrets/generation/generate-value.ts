import type { ServiceName } from "@countersign/protocol/names";
import type { SecretCategory } from "@countersign/protocol/taxonomy";
import { err, ok, type Result } from "../../../kernel/result.ts";
import { Sensitive } from "../../../kernel/sensitive.ts";
import { type RandomSource, UnbiasedDraw } from "./unbiased-draw.ts";
import {
  PASSWORD_CLASSES,
  TOKEN_ALPHABETS,
  VALUE_FORMATS,
  type ValueFormat,
} from "./value-format.ts";

export type ValueToGenerate = {
  readonly category: SecretCategory;
  /** Goes in front of API keys. */
  readonly service: ServiceName;
  /** Characters of the random part; null for the usual length of the category. */
  readonly length: number | null;
};

export type GenerationRefusal = {
  readonly reason: "issued-elsewhere" | "length-fixed" | "too-short" | "too-long";
  readonly message: string;
};

const MOST_CHARACTERS = 512;
const refuse = (reason: GenerationRefusal["reason"], message: string) => err({ reason, message });

/**
 * Generates a value in the format of its category [GEN-1], as ASCII bytes that never pass through a
 * string. Every value of the format is equally likely.
 *
 * Values are unique by their size: the least has 97 random bits (a 16-character password), the usual ones
 * 190 or more.
 * @throws what `random` throws, and Error where the source gives no random bytes.
 */
export async function generateValue(
  { category, service, length }: ValueToGenerate,
  random: RandomSource,
): Promise<Result<Sensitive, GenerationRefusal>> {
  const format: ValueFormat = VALUE_FORMATS[category];
  if (format.kind === "issued-elsewhere") {
    return refuse(
      "issued-elsewhere",
      `such a value ${format.why}: put it with the command line instead of generating it`,
    );
  }
  if (format.kind === "aes-256-key") {
    if (length !== null && length !== 44) {
      return refuse(
        "length-fixed",
        "an AES-256 key has 32 bytes, 44 characters: leave the length out",
      );
    }
    return ok(await aesKey(random));
  }
  const characters = length ?? format.usual;
  if (characters < format.least) {
    return refuse(
      "too-short",
      `such a value has ${format.least} random characters or more: ${format.usual} are usual`,
    );
  }
  if (characters > MOST_CHARACTERS) {
    return refuse("too-long", `a generated value has ${MOST_CHARACTERS} characters or fewer`);
  }
  const draw = new UnbiasedDraw(random);
  try {
    return ok(
      format.kind === "password"
        ? await password(draw, characters)
        : await token(draw, format.prefix ? `${service}_` : "", format.alphabet, characters),
    );
  } finally {
    draw.end();
  }
}

/** Draws whole passwords until one has a character of each class: so all such are equally likely. */
async function password(draw: UnbiasedDraw, characters: number): Promise<Sensitive> {
  const alphabet = Buffer.from(PASSWORD_CLASSES.join(""), "ascii");
  const classes = PASSWORD_CLASSES.map((each) => Buffer.from(each, "ascii"));
  for (;;) {
    const drawn = await drawCharacters(draw, alphabet, characters);
    const value = new Sensitive(drawn);
    const mixed = classes.every((each) => drawn.some((byte) => each.includes(byte)));
    drawn.fill(0);
    if (mixed) return value;
    value.wipe();
  }
}

async function token(
  draw: UnbiasedDraw,
  prefix: string,
  alphabet: keyof typeof TOKEN_ALPHABETS,
  characters: number,
): Promise<Sensitive> {
  const drawn = await drawCharacters(
    draw,
    Buffer.from(TOKEN_ALPHABETS[alphabet], "ascii"),
    characters,
  );
  const whole = Buffer.concat([Buffer.from(prefix, "ascii"), drawn]);
  const value = new Sensitive(whole);
  drawn.fill(0);
  whole.fill(0);
  return value;
}

async function drawCharacters(
  draw: UnbiasedDraw,
  alphabet: Buffer,
  characters: number,
): Promise<Buffer> {
  const drawn = Buffer.alloc(characters);
  for (let at = 0; at < characters; at += 1) {
    const index = await draw.below(alphabet.length);
    drawn.writeUInt8(alphabet.readUInt8(index), at);
  }
  return drawn;
}

async function aesKey(random: RandomSource): Promise<Sensitive> {
  const draw = new UnbiasedDraw(random);
  const key = Buffer.alloc(32);
  try {
    for (let at = 0; at < key.length; at += 1) key.writeUInt8(await draw.below(256), at);
    const encoded = base64Bytes(key);
    const value = new Sensitive(encoded);
    encoded.fill(0);
    return value;
  } finally {
    key.fill(0);
    draw.end();
  }
}

/** RFC 4648 section 4 into bytes: Node would make a string, which cannot be wiped. */
function base64Bytes(bytes: Buffer): Buffer {
  const alphabet = Buffer.from(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "ascii",
  );
  const encoded = Buffer.alloc(Math.ceil(bytes.length / 3) * 4, "=");
  for (let at = 0, to = 0; at < bytes.length; at += 3, to += 4) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const characters = Math.min(4, bytes.length - at + 1);
    for (let c = 0; c < characters; c += 1) {
      encoded.writeUInt8(alphabet.readUInt8((group >> (18 - 6 * c)) & 63), to + c);
    }
  }
  return encoded;
}
