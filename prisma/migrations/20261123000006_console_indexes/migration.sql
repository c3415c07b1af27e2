-- What the console's pages ask in the order of time: entries counted by day, proposals newest first and by who made
-- them, and when a secret was read last. Figures with and without: `npm run bench console-pages`.
CREATE INDEX audit_entry_by_time ON projection.audit_entry (tenant, at, act, outcome);
CREATE INDEX proposal_by_time ON projection.proposal (tenant, proposed_at, proposal);
CREATE INDEX proposal_by_proposer ON projection.proposal (tenant, proposed_by, proposed_at);
DROP INDEX projection.release_by_secret;
CREATE INDEX release_by_secret ON projection.release (tenant, secret, intended_at);
