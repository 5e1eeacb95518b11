-- Names and pictures that members took over from their own hosts. As long as a member is shown with them still, they follow
-- what these hosts say.

CREATE TABLE taken_looks (
    proxy_id TEXT NOT NULL PRIMARY KEY REFERENCES members (proxy_id) ON DELETE CASCADE,
    who      TEXT NOT NULL,                     -- whose they are: a DropID, or the address of a page
    name     TEXT NOT NULL,                     -- or empty
    photo    TEXT NOT NULL,                     -- where the picture was, or empty
    avatar   TEXT NOT NULL                      -- the file that it became, or empty
);
