import { promisify } from "node:util";
import { constants, createGzip, gunzip } from "node:zlib";
import {
  emptyState,
  emptyTenant,
  type State,
  type TenantState,
} from "../../decisions/domain/state.ts";
import { Turns } from "./turns.ts";

/**
 * Raise this whenever `evolve` or the shape of `State` changes: a snapshot of another version is not
 * read, the ledger is. A specification pins the digest of a known history's fold to the version.
 */
export const FOLD_VERSION = 5;

type Scalar = "genesis" | "size" | "lastAt" | "rosterEpoch";
type Header = Pick<State, Scalar>;
type SharedMap = Exclude<keyof State, Scalar | "tenants">;

// Records, not lists: a member that is added to the state fails to compile until it is named here.
const SHARED_MAPS: Readonly<Record<SharedMap, true>> = {
  keys: true,
  keyOwners: true,
  deviceTenants: true,
  invitations: true,
  nonces: true,
  pending: true,
  running: true,
  liveDevices: true,
  liveBindings: true,
  accountTenants: true,
  sessionTenants: true,
  openSessions: true,
  proofs: true,
  usedTokens: true,
};
const TENANT_MAPS: Readonly<Record<keyof TenantState, true>> = {
  people: true,
  devices: true,
  secrets: true,
  secretsByName: true,
  bindings: true,
  bindingsOf: true,
  proposals: true,
  requests: true,
  grants: true,
  identities: true,
  sessions: true,
};

/**
 * The fold as lines of JSON: the header, then one line for each member of each map, in the order in
 * which the ledger introduced them. That order is part of the state (expiry walks it) and survives.
 * Equal histories give equal lines. The state must not change while this is being read.
 */
export function* foldLines(state: State): Generator<string> {
  const { genesis, size, lastAt, rosterEpoch } = state;
  const header: Header = { genesis, size, lastAt, rosterEpoch };
  yield JSON.stringify(header);
  for (const name of namesOf(SHARED_MAPS)) {
    for (const [key, value] of state[name]) yield JSON.stringify([name, key, value]);
  }
  for (const [tenant, room] of state.tenants) {
    yield JSON.stringify([tenant]);
    for (const name of namesOf(TENANT_MAPS)) {
      for (const [key, value] of room[name]) yield JSON.stringify([name, key, value]);
    }
  }
}

/** The lines of the fold, compressed. Lets others run meanwhile; the state must stand still. */
export async function encodeFold(state: State): Promise<Buffer> {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  const chunks: Buffer[] = [];
  gzip.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    gzip.once("end", resolve);
    gzip.once("error", reject);
  });
  let lines: string[] = [];
  const turns = new Turns();
  for (const line of foldLines(state)) {
    lines.push(line);
    if (lines.length < 64) continue;
    gzip.write(`${lines.join("\n")}\n`);
    lines = [];
    if (gzip.writableNeedDrain) await new Promise((resolve) => gzip.once("drain", resolve));
    if (turns.isOver) await turns.pass();
  }
  gzip.end(lines.join("\n"));
  await ended;
  return Buffer.concat(chunks);
}

/**
 * Reads what `encodeFold` wrote. For bytes whose signature has been verified only: their shape is trusted.
 * @throws SyntaxError, TypeError or zlib's error on anything else
 */
export async function decodeFold(bytes: Buffer): Promise<State> {
  const text = await promisify(gunzip)(bytes);
  const state = emptyState();
  let room: TenantState | null = null;
  const turns = new Turns();
  for (let from = 0, first = true; from < text.length; first = false) {
    const newline = text.indexOf(0x0a, from);
    const to = newline === -1 ? text.length : newline;
    const line: unknown = JSON.parse(text.toString("utf8", from, to));
    if (first) Object.assign(state, headerOf(line));
    else room = takeLine(state, room, line);
    from = to + 1;
    if (turns.isOver) await turns.pass();
  }
  return state;
}

function headerOf(line: unknown): Header {
  return line as Header; // the first line that foldLines wrote, proven by the snapshot's signature
}

function takeLine(state: State, room: TenantState | null, line: unknown): TenantState | null {
  // A later line that foldLines wrote, proven by the snapshot's signature; keys and values fit the map.
  const [name, ...member] = line as [string, ...unknown[]];
  if (member.length === 0) {
    const fresh = emptyTenant();
    (state.tenants as Map<string, TenantState>).set(name, fresh);
    return fresh;
  }
  const map = mapNamed(state, room, name);
  if (map === null) throw new TypeError("a snapshot has a line that this version does not know");
  map.set(member[0], member[1]);
  return room;
}

function mapNamed(state: State, room: TenantState | null, name: string) {
  if (room === null) {
    return Object.hasOwn(SHARED_MAPS, name)
      ? (state[name as SharedMap] as Map<unknown, unknown>)
      : null;
  }
  return Object.hasOwn(TENANT_MAPS, name)
    ? (room[name as keyof TenantState] as Map<unknown, unknown>)
    : null;
}

function namesOf<K extends string>(table: Readonly<Record<K, true>>): K[] {
  return Object.keys(table) as K[]; // keys of a literal object
}
