-- What opens an appspace without a browser's session. Here and not in the appspace's own data: an older state of that
-- brings nothing back, and a copy of it opens nothing.

CREATE TABLE member_tokens (
    id         TEXT   NOT NULL PRIMARY KEY,
    token_hash TEXT   NOT NULL UNIQUE,          -- the token itself is known to its bearer alone
    appspace   TEXT   NOT NULL REFERENCES appspaces (id) ON DELETE CASCADE,
    member     TEXT   NOT NULL,                 -- a proxy id
    account    TEXT   REFERENCES accounts (id) ON DELETE CASCADE,  -- by whose leave a client acts; NULL: not known here
    kind       TEXT   NOT NULL CHECK (kind IN ('key', 'link', 'client')),
    name       TEXT   NOT NULL,
    scope      TEXT,                            -- JSON: names of permissions; NULL: all that the member has
    path       TEXT   NOT NULL,                 -- where a link leads, else empty
    created    BIGINT NOT NULL,
    expires    BIGINT,                          -- NULL: never
    last_used  BIGINT                           -- as of an hour ago; NULL: never
);
CREATE INDEX member_tokens_by_member ON member_tokens (appspace, member);
CREATE INDEX member_tokens_by_account ON member_tokens (account);
CREATE INDEX member_tokens_by_end ON member_tokens (kind, expires);
