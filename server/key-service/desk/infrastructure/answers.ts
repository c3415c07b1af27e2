import type { ServerResponse } from "node:http";
import { problemOf, type Refusal } from "@countersign/protocol/refusals";

export type Answer = {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly close: boolean;
};

export function jsonAnswer(body: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status: 200,
    type: "application/json",
    body: JSON.stringify(body),
    headers,
    close: false,
  };
}

/** RFC 9457 problem details. `status` differs from the code's own only where HTTP has a finer word. */
export function problemAnswer(of: {
  refusal: Refusal;
  correlation: string;
  status?: number;
  headers?: Readonly<Record<string, string>>;
  close?: boolean;
}): Answer {
  const body = problemOf(of.refusal, of.correlation, of.status);
  return {
    status: body.status,
    type: "application/problem+json",
    body: JSON.stringify(body),
    headers: of.headers ?? {},
    close: of.close ?? false,
  };
}

export function send(
  response: ServerResponse,
  answer: Answer,
  common: Readonly<Record<string, string>>,
): void {
  response.writeHead(answer.status, {
    ...common,
    ...answer.headers,
    "Content-Type": answer.type,
    "Content-Length": Buffer.byteLength(answer.body),
    ...(answer.close ? { Connection: "close" } : {}),
  });
  response.end(answer.body);
}
