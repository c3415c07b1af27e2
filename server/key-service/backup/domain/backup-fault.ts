/** Why a backup was not made, or not restored: a sentence that says what happened and one that says what to do. */
export class BackupFault extends Error {
  override readonly name = "BackupFault";
  readonly todo: string;
  /** Of the command: 2 wrong use, 5 refused. */
  readonly exitCode: 2 | 5;

  constructor(what: string, todo: string, options: { cause?: unknown; exitCode?: 2 | 5 } = {}) {
    super(what, options);
    this.todo = todo;
    this.exitCode = options.exitCode ?? 5;
  }
}

/** A backup that is not what was written, or what would go into one is not a whole ledger. */
export class Damage extends BackupFault {
  /** What is wrong, to go on with after a colon. */
  readonly what: string;

  constructor(what: string) {
    super(
      `This backup is not whole, or was changed: ${what}. Nothing was restored.`,
      "Restore from another copy of it, or from another backup; keep this one for whoever investigates.",
    );
    this.what = what;
  }
}

export function damaged(what: string): Damage {
  return new Damage(what);
}

export function backupOfDamage(what: string): BackupFault {
  return new BackupFault(
    `The database does not hold a whole ledger: ${what}. No backup was made: it would be one of damage.`,
    "Start the key service on it and read what it refuses; restore an older backup where that is the answer.",
  );
}
