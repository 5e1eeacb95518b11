-- Who may have an account, accounts that go, and who did what by name.

-- What admins set on pages, beside the configuration file.
CREATE TABLE host_settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- People who want an account and were sent a link that proves their mail address.
CREATE TABLE registrations (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    email      TEXT   NOT NULL UNIQUE,          -- lower case
    expires    BIGINT NOT NULL
);
CREATE INDEX registrations_by_end ON registrations (expires);

-- Accounts that are removed with all they have: what a crash interrupts is gone on with.
CREATE TABLE account_removals (
    account  TEXT   NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    asked_by TEXT,                              -- no REFERENCES: it may be removed itself; NULL: the command line
    begun    BIGINT NOT NULL
);

-- By whom, as people called them then.
ALTER TABLE audit_log ADD COLUMN who TEXT NOT NULL DEFAULT '';
