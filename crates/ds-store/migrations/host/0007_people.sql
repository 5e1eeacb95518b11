-- People: who they are elsewhere, who may come, what else proves who they are, and what was done by whom.

-- Since when an account may not come in; NULL: it may.
ALTER TABLE accounts ADD COLUMN blocked BIGINT;
-- What the browser called itself when a session began.
ALTER TABLE sessions ADD COLUMN device TEXT;

-- Names of this host's people on the web. One whose account is gone stays nobody's: elsewhere it still means them.
CREATE TABLE dropids (
    id           TEXT   NOT NULL PRIMARY KEY,   -- in its one spelling: example.com/ada
    account      TEXT   REFERENCES accounts (id) ON DELETE SET NULL,
    display_name TEXT   NOT NULL,
    avatar       TEXT   NOT NULL,               -- a file, or empty
    created      BIGINT NOT NULL
);
CREATE INDEX dropids_by_account ON dropids (account, created);

-- Logins that began here with a person's own server elsewhere.
CREATE TABLE pending_logins (
    state_hash TEXT   NOT NULL PRIMARY KEY,     -- the state itself is known to the browser alone
    login      TEXT   NOT NULL,                 -- JSON
    expires    BIGINT NOT NULL
);
CREATE INDEX pending_logins_by_end ON pending_logins (expires);

-- What people said yes to, to be redeemed by clients.
CREATE TABLE authorization_codes (
    code_hash TEXT   NOT NULL PRIMARY KEY,
    account   TEXT   NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    granted   TEXT   NOT NULL,                  -- JSON
    expires   BIGINT NOT NULL
);
CREATE INDEX authorization_codes_by_end ON authorization_codes (expires);
CREATE INDEX authorization_codes_by_account ON authorization_codes (account);

-- Keys that sign what is said of this host's people.
CREATE TABLE signing_keys (
    position BIGINT NOT NULL PRIMARY KEY,       -- the order in which they were made
    sealed   TEXT   NOT NULL,
    made     BIGINT NOT NULL
);

-- Invitations that were not accepted yet.
CREATE TABLE invitations (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    invited_by TEXT   REFERENCES accounts (id) ON DELETE CASCADE,
    email      TEXT   UNIQUE,                   -- lower case; NULL: whoever has the link
    created    BIGINT NOT NULL,
    expires    BIGINT NOT NULL
);
CREATE INDEX invitations_by_account ON invitations (invited_by);

-- Passwords that are to be set anew.
CREATE TABLE password_resets (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    account    TEXT   NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
    expires    BIGINT NOT NULL
);

-- Codes of authenticator apps, offered or on; and those on paper.
CREATE TABLE second_factors (
    account   TEXT    NOT NULL PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    sealed    TEXT    NOT NULL,
    is_on     BOOLEAN NOT NULL,
    last_step BIGINT  NOT NULL
);
CREATE TABLE recovery_codes (
    account   TEXT NOT NULL REFERENCES second_factors (account) ON DELETE CASCADE,
    code_hash TEXT NOT NULL,
    PRIMARY KEY (account, code_hash)
);

-- Keys on people's devices.
CREATE TABLE passkeys (
    id         TEXT   NOT NULL PRIMARY KEY,     -- as the device made it, base64 for URLs
    account    TEXT   NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name       TEXT   NOT NULL,
    public_key TEXT   NOT NULL,                 -- JSON
    created    BIGINT NOT NULL,
    last_used  BIGINT
);
CREATE INDEX passkeys_by_account ON passkeys (account, created);

-- What was done. What is gone is still spoken of, hence no REFERENCES.
CREATE TABLE audit_log (
    position BIGINT NOT NULL PRIMARY KEY,
    done_at  BIGINT NOT NULL,
    account  TEXT,                              -- NULL: whoever has the command line
    action   TEXT   NOT NULL,
    about    TEXT   NOT NULL
);
CREATE INDEX audit_log_by_time ON audit_log (done_at, position);
