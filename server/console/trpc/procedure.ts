import { refuse } from "@countersign/protocol/refusals";
import { initTRPC, type TRPCError } from "@trpc/server";
import * as z from "zod";
import type { Action, GRID } from "../authorise/grid.ts";
import { reachOf, whoMay } from "../authorise/reach.ts";
import { consoleFigures } from "../figures/console-figures.ts";
import type { ConsoleContext } from "./context.ts";
import { RefusalError } from "./refusal-error.ts";

const PING_EVERY_MS = 15_000;

const t = initTRPC
  .context<ConsoleContext>()
  .meta<{ action: Action }>()
  .create({
    isDev: false,
    // Proxies end connections on which nothing is said for a minute, and a page must notice one that is dead.
    sse: {
      ping: { enabled: true, intervalMs: PING_EVERY_MS },
      client: { reconnectAfterInactivityMs: 3 * PING_EVERY_MS },
    },
    /*
     * Only sentences that were written for people leave: those of refusals, and what a schema says of an
     * input. Whatever else went wrong is told by its correlation alone, under which the log has the cause.
     */
    errorFormatter: ({ error, shape, ctx }) => {
      const refusal = error instanceof RefusalError ? error.refusal : null;
      const issues = error.cause instanceof z.ZodError ? z.prettifyError(error.cause) : null;
      const correlation = refusal?.correlation ?? ctx?.correlation ?? null;
      const message =
        refusal?.message ??
        issues ??
        (error.code === "NOT_FOUND" ? "There is no such call." : FAULT);
      return {
        ...shape,
        message,
        data: { code: shape.data.code, refusal: refusal?.code ?? null, correlation },
      };
    },
  });

export const router = t.router;
export const createCaller = t.createCallerFactory;

/** Counted by name and outcome, whoever called and whatever became of it [OBS-1]. */
const measured = t.procedure.use(async ({ path, next }) => {
  const from = performance.now();
  const result = await next();
  consoleFigures().called(path, outcomeOf(result), (performance.now() - from) / 1000);
  return result;
});

function outcomeOf(result: { readonly ok: boolean; readonly error?: TRPCError }): string {
  if (result.ok) return "answered";
  if (result.error instanceof RefusalError) return result.error.refusal.code;
  return result.error?.code === "BAD_REQUEST" ? "malformed" : "fault";
}

type Contract<I extends z.ZodType, O extends z.ZodType> = { readonly input: I; readonly output: O };
type OpenAction = { [A in Action]: (typeof GRID)[A] extends { anybody: true } ? A : never }[Action];

/**
 * A procedure for whoever is signed in and has a right to `action`; there is no procedure without one. Its
 * context has the caller and how far their right reaches. What it returns is stripped to the contract's
 * output, so that a column nobody meant to show is not shown.
 */
export function procedure<I extends z.ZodType, O extends z.ZodType>(
  action: Exclude<Action, OpenAction>,
  { input, output }: Contract<I, O>,
) {
  return measured
    .meta({ action })
    .use(async ({ ctx, next }) => {
      const session = await ctx.sessionState();
      if (session.state !== "open") {
        throw new RefusalError(refuse("not-signed-in", "Sign in to go on."));
      }
      const { caller } = session;
      const reach = reachOf(action, caller.roles);
      if (reach === null) throw new RefusalError(refuse("not-allowed", whoMay(action)));
      return next({ ctx: { ...ctx, caller, reach } });
    })
    .input(input)
    .output(output);
}

/** A procedure that answers whoever asks, signed in or not. The grid names the few that may. */
export function procedureForAnybody<I extends z.ZodType, O extends z.ZodType>(
  action: OpenAction,
  { input, output }: Contract<I, O>,
) {
  return measured.meta({ action }).input(input).output(output);
}

/** Turns a refusal into the error that pages understand, and a result into its value. */
export function orThrow<T>(
  result:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly error: ConstructorParameters<typeof RefusalError>[0] },
): T {
  if (result.ok) return result.value;
  throw new RefusalError(result.error);
}

export function notFound(message: string): TRPCError {
  return new RefusalError(refuse("not-found", message));
}

const FAULT =
  "Something went wrong on our side, and it was written down. Try again; if it stays, tell an administrator the number below.";
