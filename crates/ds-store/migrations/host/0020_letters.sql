-- Letters that were taken and not handed on.
CREATE TABLE letters (
    id     TEXT    NOT NULL PRIMARY KEY,
    sealed TEXT    NOT NULL,                  -- what it says: there may be links in it that let people in
    tries  INTEGER NOT NULL,
    due    BIGINT  NOT NULL,
    until  BIGINT  NOT NULL
);
