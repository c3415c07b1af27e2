-- What the console searches the audit by, and the readings of the last month by reader. Texts stand in few entries: the
-- index holds those alone. Figures with and without: `npm run bench console-pages`.
CREATE INDEX audit_entry_with_text ON projection.audit_entry (tenant, entry)
  WHERE justification IS NOT NULL OR reason IS NOT NULL;
CREATE INDEX audit_entry_by_correlation ON projection.audit_entry (tenant, correlation);
CREATE INDEX audit_entry_by_statement ON projection.audit_entry (tenant, statement_digest);
CREATE INDEX audit_entry_by_device ON projection.audit_entry (tenant, device);
CREATE INDEX release_by_time ON projection.release (tenant, intended_at, person, secret);
CREATE INDEX fetch_by_time ON projection.fetch (tenant, intended_at, workload, secret);
