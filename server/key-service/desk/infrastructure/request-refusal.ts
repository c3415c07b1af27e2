import { REFUSALS, type Refusal, type RefusalCode, refuse } from "@countersign/protocol/refusals";

/**
 * A refusal of the listener itself, before any handler is asked. HTTP has finer words than the
 * refusals' union (405, 411, 415, 421): `status` is what is sent, `refusal.code` what a program reads.
 */
export type RequestRefusal = {
  readonly status: number;
  readonly refusal: Refusal;
  readonly headers: Readonly<Record<string, string>>;
  /** The rest of the body is not read: the connection cannot be used again. */
  readonly close: boolean;
};

export function requestRefusal(
  code: RefusalCode,
  message: string,
  more: { status?: number; headers?: Record<string, string>; close?: boolean } = {},
): RequestRefusal {
  return {
    status: more.status ?? REFUSALS[code].status,
    refusal: refuse(code, message),
    headers: more.headers ?? {},
    close: more.close ?? false,
  };
}
