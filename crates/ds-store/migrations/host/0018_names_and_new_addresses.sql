-- What an account's person is called; empty: nothing was said.
ALTER TABLE accounts ADD COLUMN name TEXT NOT NULL DEFAULT '';

-- Mail addresses that accounts are to have, once a link that was sent there comes back.
CREATE TABLE address_changes (
    token_hash TEXT   NOT NULL PRIMARY KEY,     -- the token itself is in the letter alone
    account    TEXT   NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
    email      TEXT   NOT NULL,                 -- lower case
    expires    BIGINT NOT NULL
);
CREATE INDEX address_changes_by_end ON address_changes (expires);
