-- What people are told: that something waits for them, or what became of what they asked. No reason, no name, no value.
CREATE TABLE console.notice (
  tenant text NOT NULL,
  person text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('waits', 'decided')),
  proposal text NOT NULL,
  told_at timestamptz(3) NOT NULL,
  seen_at timestamptz(3),
  PRIMARY KEY (tenant, person, kind, proposal)
);
CREATE INDEX notice_by_person ON console.notice (tenant, person, told_at);
CREATE INDEX notice_by_proposal ON console.notice (tenant, proposal);

-- Messages that leave the console, sent at least once each; the primary key is why nobody is told twice.
CREATE TABLE console.delivery (
  tenant text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('waits', 'decided')),
  proposal text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('mail', 'webhook')),
  -- A person; empty for the webhook, which is told once of each proposal.
  recipient text NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'sent', 'dropped')),
  tries integer NOT NULL DEFAULT 0,
  next_try_at timestamptz(3) NOT NULL,
  -- Nobody needs it after that.
  until timestamptz(3) NOT NULL,
  sent_at timestamptz(3),
  trouble text,
  PRIMARY KEY (tenant, kind, proposal, channel, recipient)
);
CREATE INDEX delivery_by_next_try ON console.delivery (tenant, state, next_try_at);

-- Where somebody wants their mail. Given by themselves, taken away by themselves.
CREATE TABLE console.mail_setting (
  tenant text NOT NULL,
  person text NOT NULL,
  address text NOT NULL,
  wanted boolean NOT NULL,
  PRIMARY KEY (tenant, person)
);

-- Up to which entry of the ledger people have been told.
CREATE TABLE console.told_until (
  tenant text NOT NULL,
  next_entry bigint NOT NULL,
  PRIMARY KEY (tenant)
);

DO $$
DECLARE kept text;
BEGIN
  FOREACH kept IN ARRAY ARRAY['notice', 'delivery', 'mail_setting', 'told_until'] LOOP
    EXECUTE format('ALTER TABLE console.%I ENABLE ROW LEVEL SECURITY', kept);
    EXECUTE format('ALTER TABLE console.%I FORCE ROW LEVEL SECURITY', kept);
    EXECUTE format(
      'CREATE POLICY own_tenant ON console.%I
         USING (tenant = (SELECT nullif(current_setting(''app.tenant'', true), '''')))
         WITH CHECK (tenant = (SELECT nullif(current_setting(''app.tenant'', true), '''')))', kept);
  END LOOP;
END $$;
