-- What an appspace carries with it wherever it goes: its members and the schema of its data.
-- Same rules of writing as for the host's records.

-- Single facts: `schema`, the schema of the app's data.
CREATE TABLE info (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Members, as other members and the app see them.
CREATE TABLE members (
    proxy_id     TEXT    NOT NULL PRIMARY KEY,
    display_name TEXT    NOT NULL,
    avatar       TEXT    NOT NULL,              -- a file in avatars/, or empty
    permissions  TEXT    NOT NULL,              -- a JSON array of names
    is_owner     BOOLEAN NOT NULL,
    created      BIGINT  NOT NULL
);

-- How members log in: `account` (of the host it is on, by id), `dropid`, `email`.
CREATE TABLE user_auth_ids (
    proxy_id   TEXT   NOT NULL REFERENCES members (proxy_id) ON DELETE CASCADE,
    type       TEXT   NOT NULL,
    identifier TEXT   NOT NULL,
    extra_name TEXT   NOT NULL,                 -- what else the way of logging in calls them, or empty
    created    BIGINT NOT NULL,
    UNIQUE (type, identifier)
);
CREATE INDEX user_auth_ids_by_member ON user_auth_ids (proxy_id);
