-- A value that left for a workload: the intent, which counts as disclosed.
CREATE TABLE projection.fetch (
  tenant text NOT NULL,
  entry bigint NOT NULL,
  secret text NOT NULL,
  version integer NOT NULL,
  binding text NOT NULL,
  workload text NOT NULL,
  gateway text NOT NULL,
  certificate text NOT NULL,
  intended_at timestamptz(3) NOT NULL,
  PRIMARY KEY (tenant, entry)
);
CREATE INDEX fetch_by_secret ON projection.fetch (tenant, secret, entry);
CREATE INDEX fetch_by_workload ON projection.fetch (tenant, workload, entry);

ALTER TABLE projection.fetch ENABLE ROW LEVEL SECURITY;
ALTER TABLE projection.fetch FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON projection.fetch FOR SELECT
  USING (tenant = (SELECT nullif(current_setting('app.tenant', true), '')));
CREATE POLICY key_service ON projection.fetch
  USING ((SELECT has_schema_privilege(current_user, 'keyservice', 'USAGE')))
  WITH CHECK ((SELECT has_schema_privilege(current_user, 'keyservice', 'USAGE')));
