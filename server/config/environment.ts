import { z } from "zod";

/** One environment variable: how its text is parsed, and what a person should do when it is wrong. */
export type Variable<T> = { readonly schema: z.ZodType<T>; readonly hint: string };
type Variables = Readonly<Record<string, Variable<unknown>>>;
export type Parsed<V extends Variables> = {
  readonly [K in keyof V]: V[K] extends Variable<infer T> ? T : never;
};

/** The configuration cannot be used. The message names each variable and what to do, never a value. */
export class ConfigurationFault extends Error {
  override readonly name = "ConfigurationFault";
  readonly variables: readonly string[];

  constructor(problems: readonly { variable: string; problem: string }[]) {
    super(
      `The configuration cannot be used:\n${problems
        .map(({ variable, problem }) => `  ${variable}: ${problem}`)
        .join("\n")}`,
    );
    this.variables = problems.map(({ variable }) => variable);
  }
}

export function variable<T>(schema: z.ZodType<T>, hint: string): Variable<T> {
  return { schema, hint };
}

/**
 * Parses all variables at once, so that one start tells every mistake. An empty variable counts as
 * absent, which is what `NAME= command` means to most people.
 *
 * @throws ConfigurationFault
 */
export function parseEnvironment<V extends Variables>(
  variables: V,
  environment: NodeJS.ProcessEnv,
): Parsed<V> {
  const parsed: Record<string, unknown> = {};
  const problems: { variable: string; problem: string }[] = [];
  for (const [name, { schema, hint }] of Object.entries(variables)) {
    const text = environment[name];
    const result = schema.safeParse(text === "" ? undefined : text);
    if (result.success) parsed[name] = result.data;
    else {
      const problem = text ? "has a form that cannot be used" : "is missing";
      problems.push({ variable: name, problem: `${problem}. ${hint}` });
    }
  }
  if (problems.length > 0) throw new ConfigurationFault(problems);
  // Every key of V was parsed by its own schema above, or we have thrown.
  return parsed as Parsed<V>;
}

export const absolutePath = z.string().regex(/^\/.+/);
export const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((value) => value <= 65_535);
export const host = z.string().regex(/^[A-Za-z0-9.:-]+$/);
export const postgresUrl = z
  .url({ protocol: /^postgres(ql)?$/ })
  .refine((text) => new URL(text).pathname.length > 1);
