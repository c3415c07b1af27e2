/** What a person is told of anything that went wrong, wherever it came from. */
export type Trouble = {
  readonly kind: "forbidden" | "not-found" | "signed-out" | "unavailable" | "refused" | "fault";
  /** What happened and what can be done: a sentence that anybody may read. */
  readonly message: string;
  /** The refusal's code; null where the answer did not come from us. */
  readonly code: string | null;
  /** Finds the matter in the logs and, where an entry was written, in the ledger. */
  readonly correlation: string | null;
};

const UNREACHABLE =
  "The console does not answer. Nothing was changed. Check the network and try again; the command line " +
  "and the desk do not need the console.";
const UNKNOWN =
  "Something went wrong on our side, and it was written down. Try again; if it stays, tell an " +
  "administrator the number below.";

const KINDS: Readonly<Record<string, Trouble["kind"]>> = {
  FORBIDDEN: "forbidden",
  UNAUTHORIZED: "signed-out",
  NOT_FOUND: "not-found",
  SERVICE_UNAVAILABLE: "unavailable",
  BAD_GATEWAY: "unavailable",
  GATEWAY_TIMEOUT: "unavailable",
  TIMEOUT: "unavailable",
  TOO_MANY_REQUESTS: "unavailable",
  INTERNAL_SERVER_ERROR: "fault",
};

/**
 * The one door for errors: whatever was thrown comes out as a sentence, a code and a number to look for.
 * Only what the console's own procedures said is shown; the text of anything else is nobody's business.
 */
export function troubleOf(error: unknown): Trouble {
  const said = property(error, "data");
  const code = text(property(said, "code"));
  if (code === null) {
    return { kind: "unavailable", message: UNREACHABLE, code: null, correlation: null };
  }
  const kind = KINDS[code] ?? "refused";
  const message = text(property(error, "message"));
  return {
    kind,
    message: kind === "fault" || message === null || message === "" ? UNKNOWN : message,
    code: text(property(said, "refusal")) ?? code.toLowerCase().replaceAll("_", "-"),
    correlation: text(property(said, "correlation")),
  };
}

function property(of: unknown, key: string): unknown {
  return typeof of === "object" && of !== null ? Reflect.get(of, key) : undefined;
}

function text(of: unknown): string | null {
  return typeof of === "string" ? of : null;
}
