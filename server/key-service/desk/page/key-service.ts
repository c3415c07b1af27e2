import type {
  PeopleApiInput,
  PeopleApiOutput,
  PeopleApiPath,
} from "@countersign/protocol/people-api";

/** The key service refused, with the sentence it gave. `code` as in the protocol's list of refusals. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: string;
  readonly reference: string | null;
  constructor(code: string, message: string, reference: string | null) {
    super(message);
    this.code = code;
    this.reference = reference;
  }
}

/** No answer, or none that can be read. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

type PathOfPage = Extract<PeopleApiPath, `/desk/${string}` | "/people/v1/hello">;
const PATIENCE_MS = 40_000;

/**
 * Calls the key service that served this page. What it answers is not believed where it matters: statement
 * bytes are parsed, hashed and opened here.
 *
 * @throws Refused | Unreachable
 */
export async function ask<P extends PathOfPage>(
  path: P,
  input: PeopleApiInput<P>,
): Promise<PeopleApiOutput<P>> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(input),
      credentials: "same-origin",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    body = await response.json();
  } catch {
    throw new Unreachable("The key service does not answer.");
  }
  if (response.ok) return body as PeopleApiOutput<P>; // the listener enforces the contract on what it sends
  const problem = (typeof body === "object" && body !== null ? body : {}) as Record<
    string,
    unknown
  >; // any JSON
  const { code, detail, correlation } = problem;
  if (typeof code !== "string" || typeof detail !== "string") {
    throw new Unreachable("The key service's answer could not be read.");
  }
  throw new Refused(code, detail, typeof correlation === "string" ? correlation : null);
}
