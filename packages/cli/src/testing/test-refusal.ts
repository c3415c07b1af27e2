import { REFUSALS, type RefusalCode } from "@countersign/protocol/refusals";

/** A refusal of the test service, on its way to the door. */
export class TestRefusal extends Error {
  readonly code: RefusalCode;
  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

export function problemOf(code: RefusalCode, detail: string) {
  return {
    type: `urn:countersign:refusal:${code}`,
    title: code.replaceAll("-", " "),
    status: REFUSALS[code].status,
    detail,
    code,
    correlation: "c-test-1",
  };
}
