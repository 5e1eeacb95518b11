-- The host's own records.
--
-- Written so that PostgreSQL would take it as it is: ids are TEXT (32 hexadecimal digits), moments are BIGINT
-- (milliseconds since 1970 UTC), structures are TEXT holding JSON. The order of text is not relied upon.

-- People who may log in to this host.
CREATE TABLE accounts (
    id            TEXT    NOT NULL PRIMARY KEY,
    email         TEXT    NOT NULL UNIQUE,      -- lower case
    password_hash TEXT    NOT NULL,             -- a PHC string
    is_admin      BOOLEAN NOT NULL,
    created       BIGINT  NOT NULL,
    -- 1 for the account made when the host was set up, else NULL: of two made at once, one is refused.
    is_first      BIGINT  UNIQUE CHECK (is_first = 1)
);

-- Apps as installed, all versions together.
CREATE TABLE apps (
    id      TEXT   NOT NULL PRIMARY KEY,
    owner   TEXT   NOT NULL REFERENCES accounts (id),
    name    TEXT   NOT NULL,
    created BIGINT NOT NULL,
    UNIQUE (owner, name)
);

-- Installed versions. They never change.
CREATE TABLE versions (
    id          TEXT   NOT NULL PRIMARY KEY,
    app         TEXT   NOT NULL REFERENCES apps (id),
    number      TEXT   NOT NULL,                -- a semantic version
    api         BIGINT NOT NULL,
    schema_no   BIGINT NOT NULL,
    manifest    TEXT   NOT NULL,                -- JSON
    created     BIGINT NOT NULL,
    UNIQUE (app, number)
);

-- What an installed version answers to. May be recorded before the version is, so that no version is ever
-- listed without its routes; hence no REFERENCES.
CREATE TABLE routes (
    version  TEXT    NOT NULL,
    position BIGINT  NOT NULL,                  -- the order of declaration, from 0
    method   TEXT    NOT NULL,
    pattern  TEXT    NOT NULL,
    whole    BOOLEAN NOT NULL,                  -- whether the whole path must match, or a beginning of it
    access   TEXT    NOT NULL,                  -- JSON
    handler  TEXT    NOT NULL,                  -- JSON
    PRIMARY KEY (version, position)
);

-- Appspaces.
CREATE TABLE appspaces (
    id      TEXT    NOT NULL PRIMARY KEY,
    owner   TEXT    NOT NULL REFERENCES accounts (id),
    address TEXT    NOT NULL UNIQUE,            -- lower case, without port
    version TEXT    NOT NULL REFERENCES versions (id),
    paused  BOOLEAN NOT NULL,
    created BIGINT  NOT NULL
);
CREATE INDEX appspaces_by_owner ON appspaces (owner);
CREATE INDEX appspaces_by_version ON appspaces (version);

-- Who a browser is, at one origin. What is deleted takes its sessions with it.
CREATE TABLE sessions (
    token_hash TEXT   NOT NULL PRIMARY KEY,     -- the token itself is known to the browser alone
    account    TEXT   REFERENCES accounts (id) ON DELETE CASCADE,
    appspace   TEXT   REFERENCES appspaces (id) ON DELETE CASCADE,
    proxy_id   TEXT,
    created    BIGINT NOT NULL,
    expires    BIGINT NOT NULL,
    -- On an appspace it is a member's; on the account site it is an account's.
    CHECK ((appspace IS NULL) = (proxy_id IS NULL)),
    CHECK (appspace IS NOT NULL OR account IS NOT NULL)
);
CREATE INDEX sessions_by_member ON sessions (appspace, proxy_id);
CREATE INDEX sessions_by_account ON sessions (account);
CREATE INDEX sessions_by_end ON sessions (expires);

-- Work that takes long, recorded before its first step so that a crash can be cleaned up after.
CREATE TABLE jobs (
    id      TEXT   NOT NULL PRIMARY KEY,
    work    TEXT   NOT NULL,                    -- JSON
    begun   BIGINT NOT NULL,
    state   TEXT   NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    failure TEXT                                -- why, when failed
);
CREATE INDEX jobs_by_state ON jobs (state, begun);
