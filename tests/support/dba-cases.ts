/** What a hostile administrator of the database does to one column of one row. */
export const ALTERATIONS = ["flip", "swap", "swap tenant", "old", "delete"] as const;
export type Alteration = (typeof ALTERATIONS)[number];

/**
 * What becomes of the honest use of the altered row. `right`: it gave exactly what it gives otherwise. `seen`: the
 * desk shows the difference to whoever signs. `unopened`: an id is shown where the text was. All else is the code
 * of a refusal. `reported`: an entry says so.
 */
export type Case = { readonly [how in Exclude<Alteration, "old">]: string } & {
  /** Only where rows of this table change in their lives. */
  readonly old?: string;
  /** Why it is harmless, wherever an outcome is neither a refusal nor reported. */
  readonly why?: string;
};

const always = (outcome: string, why?: string): Case => ({
  flip: outcome,
  swap: outcome,
  "swap tenant": outcome,
  delete: outcome,
  ...(why === undefined ? {} : { why }),
});

const REFUSED = "tampering-found, reported";
const GONE = "draft-gone, reported";
const ERASED =
  "an opening that is not there is an erasure, which is allowed: the desk shows the id, never another text";
const SAME = "both rows have the same value here: nothing changed";

/** Rows that are read and checked whenever they are used. */
export const USED_ROWS: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  envelope: {
    digest: { ...always(REFUSED), old: REFUSED },
    tenant: { ...always(REFUSED, SAME), swap: "right", old: "right" },
    secret: {
      ...always("right", "never read: the ledger names the envelope by its digest"),
      old: "right",
    },
    version: { ...always("right", "never read, as `secret`"), old: "right" },
    sealed: { ...always(REFUSED), old: REFUSED },
    staged_at: {
      ...always("right", "never read: tells an operator the age of what nobody signed"),
      old: "right",
    },
  },
  opening: {
    tenant: { ...always("unopened", `${ERASED}; ${SAME}`), swap: "right" },
    commitment: { ...always("unopened", ERASED), swap: "unopened, reported" },
    label: {
      ...always("unopened, reported", SAME),
      swap: "right",
      "swap tenant": "right",
    },
    salt: always("unopened, reported"),
    value: always("unopened, reported"),
  },
  draft: {
    id: {
      ...always(
        "seen",
        "a draft is a proposal for a signature: another one under its id is read before it is signed, and a lost one is drafted again",
      ),
      flip: "draft-gone",
      delete: "draft-gone",
    },
    tenant: { ...always(GONE, SAME), swap: "right" },
    signer: { ...always(GONE, SAME), swap: "right" },
    digest: always(GONE),
    statement: always(GONE),
    openings: {
      ...always("seen", "the desk shows the ids of what does not open; other texts never do"),
      delete: GONE,
    },
    drafted_at: always("right", "never read"),
    sign_by: always(
      "right",
      "says when to sweep the row away; until when it may be signed stands in the signed statement",
    ),
    declined_at: {
      ...always("draft-gone", SAME),
      swap: "right",
      "swap tenant": "right",
    },
    accepted_index: {
      ...always("draft-gone", SAME),
      swap: "right",
      "swap tenant": "right",
    },
  },
  ledger_entry: {
    index: always(REFUSED),
    bytes: always(REFUSED),
    leaf_hash: always(
      "right",
      "a running service has the tree in memory; the next start reads this column and refuses it",
    ),
  },
};

/** What a start does on a row that was altered while the service was down, and what a running service does. */
export type StartCase = {
  /** `serves`, or what the refusal says. */
  readonly start: string | RegExp;
  /** While running: `right` for every opening, or the code that refuses them until the row is put back. */
  readonly running: string;
  /** Why it is harmless, wherever it serves. */
  readonly why?: string;
  /** The check after the start writes an entry about it. */
  readonly reported?: true;
  /** Left to the long form: nothing else is tried by it. */
  readonly long?: true;
};

const IN_MEMORY = "right";
const HEALED = "the next append writes the head anew";
const FENCED = "the service takes the pen again, under a new fence";
const PASSED_OVER =
  "does not verify, is passed over with a line in the log, and the ledger is read from its beginning";

/** Rows that a start reads. `(row)`: the whole row is gone. */
export const START_ROWS: Readonly<Record<string, Readonly<Record<string, StartCase>>>> = {
  tree_head: {
    id: { start: /has \d+ entries and no tree head/, running: "unavailable", long: true },
    size: { start: /columns of the tree head/, running: "unavailable" },
    root: { start: /columns of the tree head/, running: "right", why: HEALED, long: true },
    note: { start: /not signed by this log's key/, running: "right", why: HEALED },
    fence: { start: "serves", running: "unavailable", why: FENCED, long: true },
    holder: { start: "serves", running: "right", why: "a name for operators", long: true },
    renewed_at: { start: "serves", running: "right", why: "written every two seconds", long: true },
    "(row)": { start: /has \d+ entries and no tree head/, running: "unavailable" },
  },
  ledger_entry: {
    index: { start: /lacks entries/, running: IN_MEMORY, why: "refused when read" },
    bytes: {
      start: "serves",
      running: IN_MEMORY,
      reported: true,
      why: "a signed snapshot stands for what it covers; refused when read, and without a snapshot at start",
    },
    leaf_hash: { start: /entries were changed/, running: IN_MEMORY, why: "refused at start" },
    "(row)": { start: /lacks entries/, running: IN_MEMORY, why: "refused when read" },
  },
  snapshot: {
    size: { start: "serves", running: "right", why: PASSED_OVER, reported: true, long: true },
    root: { start: "serves", running: "right", why: PASSED_OVER, reported: true, long: true },
    fold_version: {
      start: "serves",
      running: "right",
      why: PASSED_OVER,
      reported: true,
      long: true,
    },
    state: { start: "serves", running: "right", why: PASSED_OVER, reported: true },
    signature: { start: "serves", running: "right", why: PASSED_OVER, reported: true, long: true },
    "(row)": {
      start: "serves",
      running: "right",
      why: "the older snapshot or the ledger is read instead",
      long: true,
    },
  },
};

/** Not held against the ledger: what the projector keeps for itself. */
export const CATALOGUES: Readonly<Record<string, string>> = {
  cursor: "how far the projector is: a wrong one makes it start again, or wait",
};
