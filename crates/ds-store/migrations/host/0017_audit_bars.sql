-- What the log keeps how long, and who may not come back.

-- 0: grave, 1: small, 2: what strangers bring about. Each competes for its place with its own kind alone.
ALTER TABLE audit_log ADD COLUMN class BIGINT NOT NULL DEFAULT 0;
UPDATE audit_log SET class = 1 WHERE action IN (
    '"member-invited"', '"member-added"', '"member-changed"', '"member-removed"', '"member-left"', '"joining-changed"',
    '"key-made"', '"key-revoked"', '"token-made"', '"token-revoked"', '"appspace-deleted"', '"appspace-removed"',
    '"appspace-restored"', '"sessions-ended"', '"drop-id-made"', '"drop-id-removed"');
UPDATE audit_log SET class = 2
    WHERE account IS NULL AND who = 'somebody' AND action IN ('"log-in-refused"', '"reset-asked"');
CREATE INDEX audit_log_by_class ON audit_log (class, account, position);

-- Who may not become a member of an appspace again.
CREATE TABLE join_bars (
    appspace TEXT   NOT NULL REFERENCES appspaces (id) ON DELETE CASCADE,
    who      TEXT   NOT NULL,                  -- a way to log in: account:<id>, dropid:…, profile:…, email:…
    name     TEXT   NOT NULL,                  -- what they were called there
    barred   BIGINT NOT NULL,
    PRIMARY KEY (appspace, who)
);
