export type DatabaseFaultReason =
  | "unreachable"
  | "wrong-credentials"
  | "too-old"
  | "no-rights"
  | "migration-edited"
  | "migration-failed";

/** The database cannot be used as it is. `todo` says what the operator can do; neither holds a password. */
export class DatabaseFault extends Error {
  override readonly name = "DatabaseFault";
  readonly reason: DatabaseFaultReason;
  readonly todo: string;

  constructor(
    reason: DatabaseFaultReason,
    message: string,
    todo: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.reason = reason;
    this.todo = todo;
  }
}
