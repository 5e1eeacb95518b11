-- How people become members of appspaces beside being added by an owner.

-- What is not here is closed.
CREATE TABLE join_rules (
    appspace    TEXT NOT NULL PRIMARY KEY REFERENCES appspaces (id) ON DELETE CASCADE,
    joining     TEXT NOT NULL CHECK (joining IN ('closed', 'approval', 'open')),
    permissions TEXT NOT NULL                   -- of who joins: a JSON array of names
);

-- Links that make members.
CREATE TABLE join_links (
    token_hash  TEXT   NOT NULL PRIMARY KEY,
    appspace    TEXT   NOT NULL REFERENCES appspaces (id) ON DELETE CASCADE,
    permissions TEXT   NOT NULL,                -- a JSON array of names
    note        TEXT   NOT NULL,
    uses_left   BIGINT NOT NULL CHECK (uses_left >= 0),
    created     BIGINT NOT NULL,
    expires     BIGINT NOT NULL
);
CREATE INDEX join_links_by_appspace ON join_links (appspace, created);
CREATE INDEX join_links_by_end ON join_links (expires);

-- Who asks to become a member.
CREATE TABLE join_requests (
    id        TEXT   NOT NULL PRIMARY KEY,
    appspace  TEXT   NOT NULL REFERENCES appspaces (id) ON DELETE CASCADE,
    who       TEXT   NOT NULL,                  -- whom they proved to be: account:<id>, dropid:…, email:…
    signed_by TEXT   NOT NULL,                  -- the server that signed for them, or empty
    name      TEXT   NOT NULL,
    asked     BIGINT NOT NULL,
    UNIQUE (appspace, who)
);
CREATE INDEX join_requests_by_time ON join_requests (asked);
