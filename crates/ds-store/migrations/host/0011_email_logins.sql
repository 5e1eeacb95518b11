-- Links by mail with which members log in to appspaces.
CREATE TABLE email_logins (
    token_hash TEXT   NOT NULL PRIMARY KEY,     -- the token itself is in the letter alone
    login      TEXT   NOT NULL,                 -- JSON
    expires    BIGINT NOT NULL
);
CREATE INDEX email_logins_by_end ON email_logins (expires);
