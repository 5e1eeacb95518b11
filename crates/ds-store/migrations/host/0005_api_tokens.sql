-- Tokens by which programs use the API, and how appspaces get newer versions of their app.

CREATE TABLE api_tokens (
    id         TEXT   NOT NULL PRIMARY KEY,
    token_hash TEXT   NOT NULL UNIQUE,          -- the token itself is known to its bearer alone
    account    TEXT   NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name       TEXT   NOT NULL,
    scope      TEXT   NOT NULL CHECK (scope IN ('read', 'manage')),
    created    BIGINT NOT NULL,
    expires    BIGINT,                          -- NULL: never
    last_used  BIGINT                           -- as of an hour ago; NULL: never
);
CREATE INDEX api_tokens_by_account ON api_tokens (account);

-- What is not here is upgraded by hand.
CREATE TABLE upgrades (
    appspace  TEXT    NOT NULL PRIMARY KEY REFERENCES appspaces (id) ON DELETE CASCADE,
    automatic BOOLEAN NOT NULL,
    held_back TEXT                              -- JSON: the version that is not tried again, and why
);
