-- What is known of each appspace's snapshots without asking where they are kept.
CREATE TABLE snapshots (
    appspace TEXT   NOT NULL PRIMARY KEY REFERENCES appspaces (id) ON DELETE CASCADE,
    settings TEXT   NOT NULL DEFAULT '{}', -- as JSON: what is set for this one alone
    made     BIGINT,                       -- the last that is kept,
    kept     BIGINT NOT NULL DEFAULT 0,    -- at so many
    places   BIGINT NOT NULL DEFAULT 0,    -- of so many places,
    missed   TEXT,                         -- and what went wrong at the others
    failed   BIGINT,                       -- the last attempt in vain since then,
    failure  TEXT,                         -- and why
    alerted  BIGINT,                       -- since when pages say that none succeeds
    mailed   BIGINT                        -- the last mail about it, while its end is not told by mail
);
