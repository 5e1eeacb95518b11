-- Names and pictures that members took over from their own hosts. As long as a member has them still, they follow what
-- these hosts say.

CREATE TABLE taken_looks (
    appspace TEXT NOT NULL REFERENCES appspaces (id) ON DELETE CASCADE,
    member   TEXT NOT NULL,                     -- a proxy id
    who      TEXT NOT NULL,                     -- whose they are: a DropID, or the address of a page
    name     TEXT NOT NULL,                     -- or empty
    photo    TEXT NOT NULL,                     -- where the picture was, or empty
    avatar   TEXT NOT NULL,                     -- the file that it became, or empty
    PRIMARY KEY (appspace, member)
);
CREATE INDEX taken_looks_by_who ON taken_looks (who);
