#!/usr/bin/env -S node --stack-size=6000
// Stand-in for Prisma's native schema engine: the same command line and JSON-RPC over standard input
// and output, answered by `@prisma/schema-engine-wasm` over `@prisma/adapter-pg`. Both packages carry
// the version hash of the engine they replace.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import readline from "node:readline";
import { parseArgs } from "node:util";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import pg from "pg";

/** Type of `pg_catalog` columns such as `relkind`: one byte, written `"char"` in SQL. */
const OID_CHAR = 18;
const OID_TEXT = 25;

/** Result rows (the array itself) → indexes of their `"char"` columns. @type {WeakMap<object, number[]>} */
const charColumns = new WeakMap();

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    datasource: { type: "string" },
    datamodels: { type: "string", multiple: true },
    "enabled-preview-features": { type: "string" },
    "extension-types": { type: "string" },
  },
});
/** @type {{ url?: string }} */
const datasource = typeof values.datasource === "string" ? JSON.parse(values.datasource) : {};
const url = datasource.url === undefined ? null : new URL(datasource.url);

process.on("uncaughtException", (error) => {
  log("ERROR", String(error.stack ?? error));
  process.exit(1);
});

if (positionals[0] === "cli") await runDatabaseCommand(String(positionals[1]));
else await serveRequests();

/**
 * `cli can-connect-to-database` and `cli create-database`. Errors carry Prisma's codes, which the
 * command line turns into its own sentences.
 * @param {string} command
 */
async function runDatabaseCommand(command) {
  try {
    if (command === "can-connect-to-database") {
      await withClient(connection(), async () => {});
    } else if (command === "create-database") {
      const { database } = connection();
      await withClient({ ...connection(), database: "postgres" }, (client) =>
        client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`),
      );
    } else {
      throw new Error(`the stand-in schema engine does not know the command ${command}`);
    }
    process.exit(0);
  } catch (error) {
    const sqlState = error instanceof Error && "code" in error ? error.code : "";
    const prismaCode = sqlState === "3D000" ? "P1003" : sqlState === "28P01" ? "P1000" : "P1001";
    log("ERROR", error instanceof Error ? error.message : String(error), prismaCode);
    process.exit(1);
  }
}

/** Answers one JSON-RPC request per line, in order, until standard input ends. */
async function serveRequests() {
  const bindings = await loadEngine();
  /** @type {string | undefined} */
  let panic;
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message: (/** @type {string} */ message) => {
        panic = message;
      },
    },
  });
  const files = (values.datamodels ?? []).map((file) => [file, readFileSync(String(file), "utf8")]);
  const options = { datamodels: files.length > 0 ? files : undefined };
  const factory = bindMigrationAwareSqlAdapterFactory(adapterFactory());
  /** @type {Record<string, (params: unknown) => Promise<{ stdout?: string } | null>> | undefined} */
  let engine;

  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { id, method, params } = JSON.parse(line);
    if (id === undefined || !method) continue;
    try {
      engine ??= await bindings.SchemaEngine.new(options, () => {}, factory);
      const call = engine?.[method];
      if (call === undefined) throw new Error(`the schema engine has no method ${method}`);
      const result = await call.call(engine, params);
      if (method === "diff" && typeof result?.stdout === "string") {
        reply({ id: `print-${id}`, method: "print", params: { content: result.stdout } });
      }
      reply({ id, result: result ?? null });
    } catch (error) {
      reply({ id, error: engineError(error, panic) });
    }
  }
  process.exit(0);
}

/**
 * @param {unknown} error
 * @param {string | undefined} panic
 */
function engineError(error, panic) {
  const known = /** @type {{ message?: string, meta?: unknown, code?: string }} */ (error);
  return {
    code: 4466,
    message: "An error happened. Check the data field for details.",
    data: {
      is_panic: panic !== undefined,
      message: panic ?? known.message ?? String(error),
      meta: known.meta ?? null,
      error_code: known.code ?? null,
      backtrace: null,
    },
  };
}

async function loadEngine() {
  const folder = dirname(createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm"));
  const bindings = await import(join(folder, "schema_engine_bg.js"));
  const wasm = readFileSync(join(folder, "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(wasm, { "./schema_engine_bg.js": bindings });
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start === "function") start();
  return bindings;
}

/**
 * Discrete fields, not a connection string: `pg` lets a string win over `database`, so the shadow
 * database would be the real one, and migrations would be replayed into it.
 */
function connection() {
  if (url === null) throw new Error("no database address was given to the schema engine");
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
  };
}

function adapterFactory() {
  markCharColumns();
  const config = url === null ? {} : connection();
  const factory = new PrismaPg(config);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => mend(await connect());
  factory.connectToShadowDb = async () => {
    const database = `prisma_shadow_${randomUUID()}`;
    await withClient(config, (client) => client.query(`CREATE DATABASE "${database}"`));
    const adapter = mend(await new PrismaPg({ ...config, database }).connect());
    const dispose = adapter.dispose.bind(adapter);
    adapter.dispose = async () => {
      await dispose();
      await withClient(config, (client) =>
        client.query(`DROP DATABASE "${database}" WITH (FORCE)`),
      );
    };
    return adapter;
  };
  return factory;
}

/**
 * adapter-pg knows no `"char"`, which the schema describer selects from `pg_catalog`: read such
 * columns as text, and remember which they were.
 */
function markCharColumns() {
  const prototype = /** @type {any} pg's types leave out what Result does inside */ (pg).Result
    .prototype;
  const addFields = prototype.addFields;
  prototype.addFields = function (/** @type {{ dataTypeID: number }[]} */ fields) {
    const indexes = fields.flatMap((field, index) =>
      field.dataTypeID === OID_CHAR ? [index] : [],
    );
    for (const field of fields) if (field.dataTypeID === OID_CHAR) field.dataTypeID = OID_TEXT;
    if (indexes.length > 0) charColumns.set(this.rows, indexes);
    return addFields.call(this, fields);
  };
}

/**
 * Corrects what adapter-pg does not do as the engine expects: `"char"` columns, and scripts, which it
 * splits at each semicolon, `$$` bodies included. A whole script goes over the simple protocol.
 * @param {any} adapter adapter-pg's adapter, whose `client` its types keep private
 */
function mend(adapter) {
  mendQueries(adapter);
  adapter.executeScript = async (/** @type {string} */ sql) => {
    await adapter.client.query(sql);
  };
  const startTransaction = adapter.startTransaction.bind(adapter);
  adapter.startTransaction = async (/** @type {unknown[]} */ ...args) =>
    mendQueries(await startTransaction(...args));
  return adapter;
}

/** @param {any} queryable */
function mendQueries(queryable) {
  const queryRaw = queryable.queryRaw.bind(queryable);
  queryable.queryRaw = async (/** @type {unknown} */ query) => {
    const result = await queryRaw(query);
    for (const index of charColumns.get(result.rows) ?? []) {
      result.columnTypes[index] = ColumnTypeEnum.Character;
    }
    return result;
  };
  return queryable;
}

/**
 * @param {pg.ClientConfig} config
 * @param {(client: pg.Client) => Promise<unknown>} work
 */
async function withClient(config, work) {
  const client = new pg.Client(config);
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** @param {object} message */
function reply(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}

/**
 * @param {string} level
 * @param {string} message
 * @param {string} [error_code]
 */
function log(level, message, error_code) {
  const line = {
    timestamp: new Date().toISOString(),
    level,
    target: "schema_engine::logger",
    fields: { message, error_code },
  };
  process.stderr.write(`\n${JSON.stringify(line)}`);
}
