-- What the console itself keeps: no name, no token, no secret. A session is known by the digest of its secret.
CREATE SCHEMA IF NOT EXISTS console;

-- A browser's session with the console. Live only while projection.session has an open row of the same digest.
CREATE TABLE console.session (
  session text NOT NULL CHECK (session ~ '^[A-Za-z0-9_-]{43}$'),
  tenant text NOT NULL,
  person text NOT NULL,
  link text NOT NULL,
  return_to text NOT NULL,
  sign_by timestamptz(3) NOT NULL,
  started_at timestamptz(3) NOT NULL,
  seen_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  PRIMARY KEY (session)
);
CREATE INDEX session_by_person ON console.session (tenant, person);
CREATE INDEX session_by_expiry ON console.session (expires_at);

-- How a person likes the console to look.
CREATE TABLE console.preference (
  tenant text NOT NULL,
  person text NOT NULL,
  density text NOT NULL CHECK (density IN ('comfortable', 'compact')),
  theme text NOT NULL CHECK (theme IN ('system', 'light', 'dark')),
  PRIMARY KEY (tenant, person)
);

-- A session is found before its tenant is known; a preference never is.
ALTER TABLE console.preference ENABLE ROW LEVEL SECURITY;
ALTER TABLE console.preference FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON console.preference
  USING (tenant = (SELECT nullif(current_setting('app.tenant', true), '')))
  WITH CHECK (tenant = (SELECT nullif(current_setting('app.tenant', true), '')));
