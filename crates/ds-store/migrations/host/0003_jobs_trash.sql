-- Jobs as pages show them, and deleted appspaces that can come back.

ALTER TABLE jobs ADD COLUMN appspace TEXT;         -- no REFERENCES: what was done outlives the appspace
ALTER TABLE jobs ADD COLUMN ended BIGINT;
CREATE INDEX jobs_by_appspace ON jobs (appspace, begun);

-- An appspace in the trash: when it was deleted, and where it answered. Its `address` is then `trash:<id>`, which is
-- no address, so that what it had is free.
ALTER TABLE appspaces ADD COLUMN trashed BIGINT;
ALTER TABLE appspaces ADD COLUMN trashed_address TEXT;
CREATE INDEX appspaces_by_trashed ON appspaces (trashed);
