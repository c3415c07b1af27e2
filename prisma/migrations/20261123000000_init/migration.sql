-- Primary tables, owned by the key service. Everything the console reads is a projection.
-- The ledger is the source of truth: each row here is checked against its fold before it is used.
CREATE SCHEMA IF NOT EXISTS keyservice;
CREATE SCHEMA IF NOT EXISTS projection;

CREATE TABLE keyservice.ledger_entry (
  index bigint PRIMARY KEY,
  bytes bytea NOT NULL,
  leaf_hash bytea NOT NULL
);

-- One row. `fence` grows by one with every taker of the pen; an append names the size it
-- continues and the fence it holds, so that the database itself refuses a stale writer.
CREATE TABLE keyservice.tree_head (
  id integer PRIMARY KEY CHECK (id = 1),
  size bigint NOT NULL,
  root bytea NOT NULL,
  note text NOT NULL,
  fence bigint NOT NULL,
  holder text NOT NULL,
  renewed_at timestamptz(3) NOT NULL
);

-- A value, encrypted under its own DEK; the DEK wrapped by the tenant's KEK.
-- Staged rows wait for a statement that names their digest.
CREATE TABLE keyservice.envelope (
  digest text PRIMARY KEY,
  tenant text NOT NULL,
  secret text NOT NULL,
  version integer NOT NULL,
  sealed bytea NOT NULL,
  staged_at timestamptz(3) NOT NULL
);
CREATE INDEX envelope_by_secret ON keyservice.envelope (tenant, secret, version);

-- What a salted commitment in an entry opens to: names and free text, erasable.
CREATE TABLE keyservice.opening (
  tenant text NOT NULL,
  commitment text NOT NULL,
  label text NOT NULL,
  salt text NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (tenant, commitment)
);

-- Statements that wait for a signature. What a person signs is what the desk showed,
-- so an edited row changes what is shown, never what was signed.
CREATE TABLE keyservice.draft (
  id text PRIMARY KEY,
  tenant text NOT NULL,
  signer text NOT NULL,
  digest text NOT NULL,
  statement bytea NOT NULL,
  openings jsonb NOT NULL,
  drafted_at timestamptz(3) NOT NULL,
  sign_by timestamptz(3) NOT NULL,
  declined_at timestamptz(3),
  -- Index of the ledger entry that accepted it.
  accepted_index bigint
);
CREATE INDEX draft_by_sign_by ON keyservice.draft (sign_by);

-- The fold at some size, signed with the log key, for a fast start.
CREATE TABLE keyservice.snapshot (
  size bigint PRIMARY KEY,
  root bytea NOT NULL,
  fold_version integer NOT NULL,
  state bytea NOT NULL,
  signature bytea NOT NULL
);

CREATE TABLE projection.cursor (
  name text PRIMARY KEY,
  next_index bigint NOT NULL
);
