import type { Digest, DraftId } from "@countersign/protocol/ids";
import type { SecretName } from "@countersign/protocol/names";
import type { DatabaseAttacker, RowRef } from "./database-attacker.ts";
import { codeOf, type DbaRoom, judged, rendered, shownDraft } from "./dba-room.ts";
import { readLedger } from "./ledger-reader.ts";
import { value } from "./people.ts";
import { ask, asking } from "./story.ts";

/** Rows that an attack works on, and what honest people do with them afterwards. */
export type Arena = {
  readonly target: RowRef;
  /** Of the same tenant. */
  readonly sibling: RowRef;
  /** Of another tenant. */
  readonly foreign: RowRef;
  /** What stood in the place of the target before; null where such rows never change. */
  readonly older: RowRef | null;
  /**
   * Uses all three as honest people would, and says in one word what became of the target: `right`, or how
   * it was refused. @throws Error where anything came out that is not what it should be: the attack succeeded
   */
  readonly use: () => Promise<string>;
  /** Reads the target once it was put back: a row that was seen whole is news when it is damaged again. */
  readonly look: () => Promise<unknown>;
  /** Whether the next attempt needs rows of its own, because this one used them up. */
  readonly spent: () => boolean;
};

/** Envelopes, by their digest: used by opening. */
export async function envelopeArena(room: DbaRoom, dba: DatabaseAttacker): Promise<Arena> {
  const { mine, other, foreign } = room;
  const row = async (of: typeof mine, back = 0): Promise<RowRef> => {
    const [found] = await dba.rows(
      "SELECT digest FROM keyservice.envelope WHERE secret = $1 ORDER BY version DESC OFFSET $2",
      [of.recipient.asked.secret, back],
    );
    return { table: "keyservice.envelope", by: "digest", key: found?.digest ?? "" };
  };
  return {
    target: await row(mine),
    sibling: await row(other),
    foreign: await row(foreign),
    older: await row(mine, 1),
    spent: () => false,
    look: () => mine.recipient.open(),
    use: async () => {
      for (const owned of [other, foreign])
        mustBeOneOf(["right", "tampering-found"], judged(owned, await owned.recipient.open()));
      return judged(mine, await mine.recipient.open());
    },
  };
}

/** Openings of three justifications, by their commitment: used by showing the requests to those who decide. */
export async function openingArena(room: DbaRoom): Promise<Arena> {
  const { cast, installation, ingridsLaptop, mine, other, foreign } = room;
  const { sam, ingrid } = cast;
  const globex = { ...cast, olivia: ingrid, laptop: ingridsLaptop };
  await sam.identify();
  const asked = [
    await ask(cast, { secrets: [mine.name], justification: "Restoring the payouts of Monday" }),
    await ask(cast, { secrets: [other.name], justification: "The report of the quarter is late" }),
    await ask(globex, {
      secrets: [foreign.name],
      device: ingridsLaptop.device,
      justification: "A fresh copy for the test database",
    }),
  ];
  const entries = await readLedger(installation.database);
  const rows = asked.map(({ proposal }): RowRef => {
    const body = entries.find((it) => it.evidence?.digest === proposal)?.evidence?.statement.body;
    const { justification } = body as { justification: string }; // a request has one
    return { table: "keyservice.opening", by: "commitment", key: justification };
  });
  const [target, sibling, theirs] = rows;
  if (target === undefined || sibling === undefined || theirs === undefined)
    throw new Error("three requests have three justifications");
  const read = async (proposal: Digest) => {
    const known = await sam.desk("/desk/v1/proposals/read", { proposal });
    if (known.ok) return known.value.view;
    // A restart has ended his session.
    await sam.identify();
    return value(await sam.desk("/desk/v1/proposals/read", { proposal })).view;
  };
  const honest = new Map<Digest, string[]>();
  for (const [at, { proposal }] of asked.slice(0, 2).entries()) {
    const view = await read(proposal);
    const texts = Object.entries(view.openings.texts).filter(([key]) => key !== rows[at]?.key);
    const unopened = {
      ...view,
      openings: { ...view.openings, texts: Object.fromEntries(texts) },
    };
    honest.set(proposal, [
      JSON.stringify(await rendered(view)),
      JSON.stringify(await rendered(unopened)),
    ]);
  }
  const seen = async (proposal: Digest) => {
    const now = JSON.stringify(await rendered(await read(proposal)));
    const word = ["right", "unopened"][honest.get(proposal)?.indexOf(now) ?? -1];
    if (word === undefined) throw new Error(`the desk shows what nobody wrote: ${now}`);
    return word;
  };
  return {
    target,
    sibling,
    foreign: theirs,
    older: null,
    spent: () => false,
    look: async () => (asked[0] === undefined ? "" : seen(asked[0].proposal)),
    use: async () => {
      if (asked[1] !== undefined) await seen(asked[1].proposal);
      return asked[0] === undefined ? "" : seen(asked[0].proposal);
    },
  };
}

/** Drafts of three requests: used by reading them at the desk, and signing them when they say what was meant. */
export async function draftArena(room: DbaRoom): Promise<Arena> {
  const { cast, installation, ingridsLaptop, mine, other, foreign } = room;
  const { olivia, ingrid, laptop } = cast;
  const drafted = async (device: typeof laptop, name: SecretName) => {
    const { draft } = await device.draft(asking(device, { secrets: [name], ticket: "PAY-77" }));
    const meant = await shownDraft(installation, draft);
    return {
      draft,
      meant: JSON.stringify(meant),
      digest: typeof meant === "string" ? "" : meant.digest,
    };
  };
  let isSpent = false;
  const target = await drafted(laptop, mine.name);
  const sibling = await drafted(laptop, other.name);
  const theirs = await drafted(ingridsLaptop, foreign.name);
  const row = ({ draft }: { draft: DraftId }): RowRef => ({
    table: "keyservice.draft",
    by: "id",
    key: draft,
  });
  const outcome = async (person: typeof olivia, device: typeof laptop, of: typeof target) => {
    const shown = await shownDraft(installation, of.draft);
    if (typeof shown === "string") return shown;
    isSpent = true;
    const signed = await person.signRaw([of.draft]);
    const [first] = signed.ok ? signed.value.outcomes : [];
    const accepted = first?.accepted ?? null;
    if (accepted !== null && accepted.digest !== shown.digest)
      throw new Error("another statement was recorded than the one that was shown and signed");
    if (JSON.stringify(shown) !== of.meant) return "seen";
    if (accepted === null) return first?.refused?.code ?? codeOf(signed);
    const status = await device.call("/people/v1/drafts/status", { draft: of.draft });
    // The command line goes on with the digest that it has itself, and stops where it is told another.
    const told = status.ok ? status.value.proposal : of.digest;
    return told === of.digest ? "right" : "signed, and the command line told otherwise";
  };
  return {
    target: row(target),
    sibling: row(sibling),
    foreign: row(theirs),
    older: null,
    spent: () => isSpent,
    look: () => shownDraft(installation, target.draft),
    use: async () => {
      const word = await outcome(olivia, laptop, target);
      // Where two rows were exchanged, the other one must fare no better.
      if (word === "seen") {
        await outcome(olivia, laptop, sibling);
        await outcome(ingrid, ingridsLaptop, theirs);
      }
      return word;
    },
  };
}

/** Ledger entries: used by asking for them with a proof. */
export async function entryArena(room: DbaRoom): Promise<Arena> {
  const { cast, installation, mine, other, foreign } = room;
  const entries = await readLedger(installation.database);
  const indexOf = (proposal: Digest): number =>
    entries.find((it) => it.evidence?.digest === proposal)?.index ?? -1;
  const [target, sibling, theirs] = [mine, other, foreign].map((it) =>
    indexOf(it.recipient.asked.proposal),
  );
  const row = (index = -1): RowRef => ({
    table: "keyservice.ledger_entry",
    by: "index",
    key: String(index),
  });
  const read = () =>
    cast.laptop.call("/people/v1/log/inclusion", { index: target ?? -1, size: entries.length });
  const honest = JSON.stringify(value(await read()));
  return {
    target: row(target),
    sibling: row(sibling),
    foreign: row(theirs),
    older: null,
    spent: () => false,
    look: read,
    use: async () => {
      const answer = await read();
      if (!answer.ok) return answer.code;
      if (JSON.stringify(answer.value) !== honest) throw new Error("another entry was proven");
      return "right";
    },
  };
}

/** Runs one alteration: what the use became, and whether the ledger has a new report of it. */
export async function attempt(room: DbaRoom, dba: DatabaseAttacker, arena: Arena): Promise<string> {
  const before = await reports(dba);
  const word = await arena.use();
  // The report is an entry of its own, appended beside the answer: an honest entry behind it proves the order.
  await room.other.recipient.open();
  return (await reports(dba)) > before ? `${word}, reported` : word;
}

/** Counted in the raw rows, which need not be whole just now. */
export async function reports(dba: DatabaseAttacker): Promise<number> {
  const [counted] = await dba.rows(
    `SELECT count(*)::text AS found FROM keyservice.ledger_entry WHERE position('"TamperingFound"'::bytea IN bytes) > 0`,
  );
  return Number(counted?.found);
}

function mustBeOneOf(words: readonly string[], word: string): void {
  if (!words.includes(word)) throw new Error(`refused with ${word}, which is not the reason`);
}
