-- Accounts at identity providers, and the sessions of the console that they and a hardware key opened.

-- Which account is whose. `account` is issuer and subject, null where its opening was erased.
CREATE TABLE projection.identity (
  tenant text NOT NULL,
  account_commitment text NOT NULL,
  person text NOT NULL,
  status text NOT NULL,
  linked_at timestamptz(3) NOT NULL,
  unlinked_at timestamptz(3),
  entry bigint NOT NULL,
  account text,
  PRIMARY KEY (tenant, account_commitment)
);
CREATE INDEX identity_by_person ON projection.identity (tenant, person);

-- A session, by the digest of the secret that only its console has.
CREATE TABLE projection.session (
  tenant text NOT NULL,
  session text NOT NULL,
  person text NOT NULL,
  credential text NOT NULL,
  issuer text NOT NULL,
  account_commitment text NOT NULL,
  authenticated_at timestamptz(3) NOT NULL,
  opened_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  status text NOT NULL,
  ended_at timestamptz(3),
  ended_because text,
  entry bigint NOT NULL,
  account text,
  PRIMARY KEY (tenant, session)
);
CREATE INDEX session_by_person ON projection.session (tenant, person);

-- As for every projection: tenants see their own rows only [TENANT-1].
DO $$
DECLARE
  projected text;
BEGIN
  FOREACH projected IN ARRAY ARRAY['identity', 'session'] LOOP
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

-- What was projected from older entries stays as it is: none of them names an account or a session.
