-- What the console and the command line's lists read. Written by the projector from ledger entries, rebuilt by
-- emptying them, compared with the ledger by the checker. No table here is a source of truth.

-- What genesis says of the installation, for each tenant.
CREATE TABLE projection.tenant (
  tenant text NOT NULL,
  mode text NOT NULL,
  ledger_origin text NOT NULL,
  desk_origin text NOT NULL,
  entry bigint NOT NULL,
  PRIMARY KEY (tenant)
);

-- A person of a tenant. `name` is null where its opening was erased.
CREATE TABLE projection.person (
  tenant text NOT NULL,
  person text NOT NULL,
  name_commitment text NOT NULL,
  status text NOT NULL,
  roles jsonb NOT NULL,
  entry bigint NOT NULL,
  name text,
  PRIMARY KEY (tenant, person)
);

-- A hardware key that signs for a person.
CREATE TABLE projection.hardware_key (
  tenant text NOT NULL,
  credential text NOT NULL,
  person text NOT NULL,
  aaguid text NOT NULL,
  algorithm integer NOT NULL,
  backup_eligible boolean NOT NULL,
  status text NOT NULL,
  enrolled_at timestamptz(3) NOT NULL,
  last_used_at timestamptz(3),
  entry bigint NOT NULL,
  PRIMARY KEY (tenant, credential)
);
CREATE INDEX hardware_key_by_person ON projection.hardware_key (tenant, person);

-- A command line's device: values for its person are sealed to it.
CREATE TABLE projection.device (
  tenant text NOT NULL,
  device text NOT NULL,
  person text NOT NULL,
  label_commitment text NOT NULL,
  status text NOT NULL,
  enrolled_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  entry bigint NOT NULL,
  label text,
  PRIMARY KEY (tenant, device)
);
CREATE INDEX device_by_person ON projection.device (tenant, person);

-- A secret's metadata: never a value.
CREATE TABLE projection.secret (
  tenant text NOT NULL,
  secret text NOT NULL,
  name text NOT NULL,
  environment text NOT NULL,
  type text NOT NULL,
  category text NOT NULL,
  owner text,
  service text,
  data_classification text,
  tier text,
  rotation_period_days integer,
  policy_digest text NOT NULL,
  status text NOT NULL,
  current_version integer,
  value_added_at timestamptz(3),
  registered_at timestamptz(3) NOT NULL,
  entry bigint NOT NULL,
  PRIMARY KEY (tenant, secret)
);
CREATE INDEX secret_by_name ON projection.secret (tenant, name);

-- Versions that a secret has had.
CREATE TABLE projection.secret_version (
  tenant text NOT NULL,
  secret text NOT NULL,
  version integer NOT NULL,
  envelope text NOT NULL,
  identity text NOT NULL,
  added_at timestamptz(3) NOT NULL,
  entry bigint NOT NULL,
  PRIMARY KEY (tenant, secret, version)
);

-- A workload's approved link to one secret.
CREATE TABLE projection.binding (
  tenant text NOT NULL,
  binding text NOT NULL,
  secret text NOT NULL,
  workload text NOT NULL,
  proof text NOT NULL,
  status text NOT NULL,
  bound_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  entry bigint NOT NULL,
  PRIMARY KEY (tenant, binding)
);
CREATE INDEX binding_by_secret ON projection.binding (tenant, secret);

-- What somebody proposed: a request to open secrets, or a change that others must agree to.
CREATE TABLE projection.proposal (
  tenant text NOT NULL,
  proposal text NOT NULL,
  kind text NOT NULL,
  request text,
  proposed_by text NOT NULL,
  role text NOT NULL,
  beneficiaries text[] NOT NULL,
  secrets text[] NOT NULL,
  chain jsonb NOT NULL,
  statement jsonb NOT NULL,
  justification_commitment text,
  ticket_commitment text,
  status text NOT NULL,
  proposed_at timestamptz(3) NOT NULL,
  decide_by timestamptz(3) NOT NULL,
  decided_at timestamptz(3),
  entry bigint NOT NULL,
  justification text,
  ticket text,
  PRIMARY KEY (tenant, proposal)
);
CREATE INDEX proposal_by_status ON projection.proposal (tenant, status, proposed_at);
CREATE INDEX proposal_by_request ON projection.proposal (tenant, request);

-- Who signed what about a proposal.
CREATE TABLE projection.signature_line (
  tenant text NOT NULL,
  proposal text NOT NULL,
  entry bigint NOT NULL,
  verdict text NOT NULL,
  person text NOT NULL,
  role text,
  credential text,
  reason_commitment text,
  signed_at timestamptz(3) NOT NULL,
  reason text,
  PRIMARY KEY (tenant, proposal, entry)
);
CREATE INDEX signature_line_by_person ON projection.signature_line (tenant, person);

-- Access that everybody agreed to.
CREATE TABLE projection."grant" (
  tenant text NOT NULL,
  request text NOT NULL,
  proposal text NOT NULL,
  person text NOT NULL,
  device text NOT NULL,
  not_before timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  max_uses integer NOT NULL,
  status text NOT NULL,
  issued_at timestamptz(3) NOT NULL,
  ended_at timestamptz(3),
  entry bigint NOT NULL,
  PRIMARY KEY (tenant, request)
);
CREATE INDEX grant_by_person ON projection."grant" (tenant, person, status);

-- The secrets that a grant opens.
CREATE TABLE projection.grant_secret (
  tenant text NOT NULL,
  request text NOT NULL,
  secret text NOT NULL,
  version integer NOT NULL,
  policy_digest text NOT NULL,
  entry bigint NOT NULL,
  PRIMARY KEY (tenant, request, secret)
);
CREATE INDEX grant_secret_by_secret ON projection.grant_secret (tenant, secret);

-- One opening of one secret under a grant. An intent without a done counts as disclosed.
CREATE TABLE projection.release (
  tenant text NOT NULL,
  request text NOT NULL,
  secret text NOT NULL,
  use integer NOT NULL,
  version integer NOT NULL,
  person text NOT NULL,
  device text NOT NULL,
  recipient_key text NOT NULL,
  intended_at timestamptz(3) NOT NULL,
  done_at timestamptz(3),
  entry bigint NOT NULL,
  PRIMARY KEY (tenant, request, secret, use)
);
CREATE INDEX release_by_secret ON projection.release (tenant, secret);

-- Ledger entries as auditors read them; tenant * where an entry belongs to none.
CREATE TABLE projection.audit_entry (
  tenant text NOT NULL,
  entry bigint NOT NULL,
  at timestamptz(3) NOT NULL,
  door text NOT NULL,
  correlation text NOT NULL,
  act text NOT NULL,
  event_types text[] NOT NULL,
  actor text,
  actor_role text,
  device text,
  subject text,
  secrets text[] NOT NULL,
  statement_digest text,
  outcome text NOT NULL,
  code text,
  count integer NOT NULL,
  justification_commitment text,
  reason_commitment text,
  justification text,
  reason text,
  PRIMARY KEY (tenant, entry)
);
CREATE INDEX audit_entry_by_entry ON projection.audit_entry (entry);
CREATE INDEX audit_entry_by_actor ON projection.audit_entry (tenant, actor, entry);
CREATE INDEX audit_entry_by_subject ON projection.audit_entry (tenant, subject, entry);

-- Tenants see their own rows only [TENANT-1]. Who may use the primary tables (the key service) sees all of
-- them; every other role must set app.tenant, and without it sees nothing. A custom setting that a
-- transaction had set is the empty string afterwards, not null: nullif makes both mean none.
DO $$
DECLARE
  projected text;
BEGIN
  FOREACH projected IN ARRAY ARRAY[
    'tenant', 'person', 'hardware_key', 'device', 'secret', 'secret_version', 'binding',
    'proposal', 'signature_line', 'grant', 'grant_secret', 'release',
    'audit_entry'
  ] LOOP
    EXECUTE format('ALTER TABLE projection.%I ENABLE ROW LEVEL SECURITY', projected);
    EXECUTE format('ALTER TABLE projection.%I FORCE ROW LEVEL SECURITY', projected);
    EXECUTE format(
      'CREATE POLICY own_tenant ON projection.%I FOR SELECT
         USING (tenant = (SELECT nullif(current_setting(''app.tenant'', true), '''')))', projected);
    EXECUTE format(
      'CREATE POLICY key_service ON projection.%I
         USING ((SELECT has_schema_privilege(current_user, ''keyservice'', ''USAGE'')))
         WITH CHECK ((SELECT has_schema_privilege(current_user, ''keyservice'', ''USAGE'')))', projected);
  END LOOP;
END $$;
