-- Appspaces that go to another host, or come from one.

-- Consents of owners, and what came of them. One is under way as long as its job is.
CREATE TABLE moves_out (
    id         TEXT   NOT NULL PRIMARY KEY,
    appspace   TEXT   NOT NULL,               -- no REFERENCES: the redirect outlives the appspace
    owner      TEXT   NOT NULL,               -- nor here: it outlives the account, too
    address    TEXT   NOT NULL,               -- where it answers, or did
    token_hash TEXT   NOT NULL,               -- the secret itself is known to the owner alone
    created    BIGINT NOT NULL,
    expires    BIGINT NOT NULL,
    ended      BIGINT,                        -- 1 if it was ended before anybody began
    job        TEXT,                          -- who hands it over, to whom, for which origin
    taker      TEXT,
    target     TEXT,
    moved      BIGINT                         -- the moment that decided
);
CREATE INDEX moves_out_by_owner ON moves_out (owner, created);
CREATE INDEX moves_out_by_appspace ON moves_out (appspace);

-- Appspaces that came and are all there.
CREATE TABLE moves_in (
    appspace TEXT   NOT NULL PRIMARY KEY,
    owner    TEXT   NOT NULL REFERENCES accounts (id),
    address  TEXT   NOT NULL,
    version  TEXT   REFERENCES versions (id), -- NULL once it is decided
    site     TEXT   NOT NULL,                 -- the origin of the other host's account site
    move_id  TEXT   NOT NULL,                 -- what the other host calls it
    sealed   TEXT   NOT NULL,                 -- the secret; empty once it is decided
    created  BIGINT NOT NULL,
    asked    BIGINT,
    problem  TEXT,
    arrival  TEXT   NOT NULL CHECK (arrival IN ('undecided', 'published', 'refused'))
);
CREATE INDEX moves_in_by_owner ON moves_in (owner, created);
CREATE INDEX moves_in_by_arrival ON moves_in (arrival, created);

-- Addresses at which no appspace may answer: one that redirects, or that an appspace is about to get.
CREATE TABLE kept_addresses (
    address TEXT NOT NULL PRIMARY KEY,
    move_id TEXT NOT NULL                     -- of moves_out, or the appspace of moves_in
);
