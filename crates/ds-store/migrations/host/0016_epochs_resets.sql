-- Logins that must not outlive what they were allowed by, and links to set passwords anew that stand beside each other.

-- How often what proves who somebody is has changed on this host, or their logins were ended: one row.
CREATE TABLE epochs (
    id   BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    last BIGINT NOT NULL
);
INSERT INTO epochs (id, last) VALUES (1, 0);
-- When that was so last for an account. A login that began before then begins no session.
ALTER TABLE accounts ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;

-- Of each account one that it asked for by mail, and one that an admin handed over: neither ends the other.
CREATE TABLE resets (
    token_hash TEXT    NOT NULL PRIMARY KEY,
    account    TEXT    NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    by_mail    BOOLEAN NOT NULL,
    expires    BIGINT  NOT NULL,
    UNIQUE (account, by_mail)
);
INSERT INTO resets (token_hash, account, by_mail, expires)
    SELECT token_hash, account, FALSE, expires FROM password_resets;
DROP TABLE password_resets;
CREATE INDEX resets_by_end ON resets (expires);
