-- What this host's people have to do with others.

-- Whether a DropID's page shows name and picture to everybody.
ALTER TABLE dropids ADD COLUMN is_public BOOLEAN NOT NULL DEFAULT FALSE;

-- Where people logged in with a DropID: the first and the last time.
CREATE TABLE connected_sites (
    account   TEXT   NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    dropid    TEXT   NOT NULL,
    client_id TEXT   NOT NULL,
    since     BIGINT NOT NULL,
    last_used BIGINT NOT NULL,
    PRIMARY KEY (account, client_id, dropid)
);
CREATE INDEX connected_sites_by_use ON connected_sites (last_used);

-- People whom people here know, with what their pages say of them.
CREATE TABLE contacts (
    account TEXT   NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind    TEXT   NOT NULL,                    -- dropid, or profile: the address of another page
    who     TEXT   NOT NULL,                    -- in its one spelling
    name    TEXT   NOT NULL,
    picture TEXT   NOT NULL,                    -- a file, or empty
    added   BIGINT NOT NULL,
    PRIMARY KEY (account, kind, who)
);

-- Appspaces of others that people here find on their home page.
CREATE TABLE remote_appspaces (
    account TEXT   NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    origin  TEXT   NOT NULL,                    -- https://notes.a.example
    name    TEXT   NOT NULL,
    dropid  TEXT,                               -- who they are there, if that is known
    added   BIGINT NOT NULL,
    PRIMARY KEY (account, origin)
);
