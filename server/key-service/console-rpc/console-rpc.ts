import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { act } from "@countersign/protocol/acts";
import { BoundedJsonError, parseBoundedJson } from "@countersign/protocol/bounded-json";
import { toBase32, toBase64url, utf8 } from "@countersign/protocol/bytes";
import { CONSOLE_API } from "@countersign/protocol/console-api";
import { digestToBytes } from "@countersign/protocol/digest";
import { type Digest, digest as digestSchema, draftId, personId } from "@countersign/protocol/ids";
import { tenantId } from "@countersign/protocol/names";
import { REFUSALS, type Refusal, type RefusalCode, refuse } from "@countersign/protocol/refusals";
import { z } from "zod";
import { digestBytesNow } from "../../kernel/digest.ts";
import { err, ok, type Result } from "../../kernel/result.ts";
import { knownPerson, viewContext } from "../desk/application/desk-parts.ts";
import { closeGently } from "../desk/infrastructure/connections.ts";
import { emptyLines } from "../requests/application/view-proposal.ts";
import { endSessions } from "../sessions/application/end-sessions.ts";
import { type SignInParts, startSignIn } from "../sessions/application/start-sign-in.ts";
import { listenForOwn } from "../start/own-socket.ts";
import { draftAct, type StageValue } from "../statements/application/draft-act.ts";
import { previewChain } from "../statements/application/preview-chain.ts";
import { answerRead, isRead, type ReadParts } from "./reads.ts";

/*
 * What the console may ask of the key service: to draft, for anybody of any tenant, to learn what became of
 * a draft, to begin a sign-in, and to end sessions. That is all. The console is not trusted: a draft is a
 * piece of paper that a person reads at the desk before they sign it, and an ID token is verified here.
 */
const CALLS = {
  "/console/v1/drafts": z.strictObject({ tenant: tenantId, person: personId, act }),
  "/console/v1/drafts/status": z.strictObject({ tenant: tenantId, draft: draftId }),
  "/console/v1/sign-ins": z.strictObject({
    idToken: z.string().max(16_384),
    session: digestSchema,
  }),
  "/console/v1/sessions/end": z.union([
    z.strictObject({ tenant: tenantId, person: personId, session: digestSchema }),
    z.strictObject({ tenant: tenantId, person: personId, all: z.literal(true) }),
  ]),
} as const;

/** At a stop: how long calls under way are waited for. */
const ANSWER_WITHIN_MS = 5_000;
const CORRELATION_HEADER = "correlation-id";
/** As `toBase32` writes ten bytes. */
const CORRELATION = /^[0-9a-hjkmnp-tv-z]{16}$/;
const MAX_BODY = { maxBytes: 32_768, maxDepth: 12 };

export type ConsoleRpcParts = ReadParts & {
  /** Digest of the bearer credential, from genesis. */
  readonly credential: Digest;
  /** Only generated values come this way: no value passes the console. */
  readonly stageGenerated: StageValue;
  readonly tokens: SignInParts["tokens"];
  readonly onFault: (error: unknown, correlation: string) => void;
  /** Told of each call that was answered. Must not throw. */
  readonly onAnswered: (line: ConsoleCallLine) => void;
};

export type ConsoleCallLine = {
  readonly correlation: string;
  /** One of the calls, or `unknown`. */
  readonly path: string;
  readonly isRead: boolean;
  readonly code: RefusalCode | null;
  readonly durationMs: number;
};

/** The digest under which genesis knows the console's credential. */
export function consoleCredentialDigest(credential: string): Digest {
  return digestBytesNow("consoleCredential", utf8(credential));
}

/** Listens on a unix socket that only this account can open. */
export async function startConsoleRpc(
  parts: ConsoleRpcParts,
  socketPath: string,
): Promise<{ stop: () => Promise<void> }> {
  const server: Server = createServer(
    { requestTimeout: 10_000, maxHeaderSize: 8192 },
    (request, response) => {
      const correlation = correlationOf(request);
      const from = performance.now();
      answer(parts, request, correlation)
        .catch((error: unknown) => {
          parts.onFault(error, correlation);
          return err(
            refuse("unavailable", `Something failed inside. Its record is ${correlation}.`),
          );
        })
        .then((result) => {
          send(response, result, correlation);
          const path = request.url ?? "";
          const isKnown = Object.hasOwn(CONSOLE_API, path);
          parts.onAnswered({
            correlation,
            path: isKnown ? path : "unknown",
            isRead: isRead(path) || path === "/console/v1/drafts/status",
            code: result.ok ? null : result.error.code,
            durationMs: performance.now() - from,
          });
        });
    },
  );
  await listenForOwn(server, socketPath);
  return {
    stop: () => closeGently(server, ANSWER_WITHIN_MS),
  };
}

/**
 * The console's own for the page's call, so that one number leads from the page to the log and the ledger; one of
 * ours where it sends none of that form. A console that lies confuses who reads the log, and gains nothing.
 */
function correlationOf({ headers }: IncomingMessage): string {
  const given = headers[CORRELATION_HEADER];
  return typeof given === "string" && CORRELATION.test(given) ? given : toBase32(randomBytes(10));
}

async function answer(
  parts: ConsoleRpcParts,
  request: IncomingMessage,
  correlation: string,
): Promise<Result<unknown, Refusal>> {
  if (!isConsole(parts.credential, request.headers.authorization)) {
    const attempt = { door: "console", correlation, what: "console-rpc", tenant: null } as const;
    const refusal = refuse("not-signed-in", "This is not the console's credential.");
    parts.path.recordRefusal(
      { ...attempt, person: null, device: null, subject: null, evidence: null },
      refusal,
    );
    return err(refusal);
  }
  const path = request.url ?? "";
  if (request.method !== "POST" || !(Object.hasOwn(CALLS, path) || isRead(path))) {
    return err(
      refuse(
        "not-found",
        "The console may draft, ask what became of a draft, and sign in and out.",
      ),
    );
  }
  const body = await readBody(request);
  if (!body.ok) return body;
  if (isRead(path)) return answerRead(parts, path, body.value);
  switch (path) {
    case "/console/v1/drafts": {
      const input = CALLS[path].safeParse(body.value);
      return input.success ? draft(parts, input.data) : err(malformed(input.error));
    }
    case "/console/v1/sign-ins": {
      const input = CALLS[path].safeParse(body.value);
      return input.success
        ? startSignIn(parts, input.data, correlation)
        : err(malformed(input.error));
    }
    case "/console/v1/sessions/end": {
      const input = CALLS[path].safeParse(body.value);
      if (!input.success) return err(malformed(input.error));
      const { tenant, person } = input.data;
      const session = "all" in input.data ? "all" : input.data.session;
      return endSessions(parts, { tenant, person, session }, correlation);
    }
    default: {
      const input = CALLS["/console/v1/drafts/status"].safeParse(body.value);
      return input.success ? status(parts, input.data) : err(malformed(input.error));
    }
  }
}

async function draft(
  parts: ConsoleRpcParts,
  { tenant, person, act: wanted }: z.infer<(typeof CALLS)["/console/v1/drafts"]>,
): Promise<Result<unknown, Refusal>> {
  const known = knownPerson(parts, { tenant, person });
  if (!known.ok) return known;
  const { tenant: of, person: signer } = known.value;
  const context = viewContext(parts, of);
  if (!context.ok) return context;
  const { state, now } = context.value;
  const stageValue = parts.stageGenerated;
  const drafted = await draftAct({ state, tenant: of, signer, now, stageValue }, wanted);
  if (!drafted.ok) return drafted;
  const saved = await parts.drafter.draft(drafted.value);
  if (!saved.ok) return saved;
  const preview = await previewChain(context.value, signer, saved.value);
  if (!preview.ok) return preview;
  const { draft: id, digest, statement, openings } = saved.value;
  return ok({
    draft: id,
    digest,
    link: `${parts.deskOrigin}/d/${id}`,
    statement: toBase64url(statement),
    openings,
    lines: emptyLines(preview.value.chain),
    candidates: preview.value.candidates,
  });
}

async function status(
  parts: ConsoleRpcParts,
  input: z.infer<(typeof CALLS)["/console/v1/drafts/status"]>,
): Promise<Result<unknown, Refusal>> {
  const [found] = await parts.drafts.load([input.draft]);
  if (found === undefined || found.tenant !== input.tenant) {
    return err(refuse("draft-gone", "There is no such draft."));
  }
  return ok({ declined: found.declined, index: found.acceptedIndex });
}

function isConsole(credential: Digest, authorization: string | undefined): boolean {
  const token = /^Bearer ([A-Za-z0-9_-]{20,100})$/.exec(authorization ?? "")?.[1] ?? "";
  const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();
  return timingSafeEqual(
    hash(digestToBytes(consoleCredentialDigest(token))),
    hash(digestToBytes(credential)),
  );
}

async function readBody(request: IncomingMessage): Promise<Result<unknown, Refusal>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BODY.maxBytes)
      return err(refuse("too-large", "The call is larger than 32 KiB."));
    chunks.push(bytes);
  }
  try {
    return ok(parseBoundedJson(Buffer.concat(chunks), MAX_BODY));
  } catch (error) {
    if (error instanceof BoundedJsonError) return err(refuse("malformed", error.message));
    throw error;
  }
}

function malformed(error: z.ZodError): Refusal {
  const issue = error.issues[0];
  return refuse(
    "malformed",
    `${issue?.path.join(".") || "input"}: ${issue?.message ?? "not as expected"}`,
  );
}

function send(
  response: ServerResponse,
  result: Result<unknown, Refusal>,
  correlation: string,
): void {
  const status = result.ok ? 200 : REFUSALS[result.error.code].status;
  const body = result.ok ? result.value : { ...result.error, correlation };
  response.writeHead(status, {
    "content-type": "application/json",
    [CORRELATION_HEADER]: correlation,
  });
  response.end(JSON.stringify(body));
}
