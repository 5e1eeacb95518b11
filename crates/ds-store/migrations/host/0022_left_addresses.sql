-- Mail addresses that were proven to be accounts' own and that they have given up: what they opened, they open no more; also when
-- the account is gone, since members that it was tied to are still there.
CREATE TABLE left_addresses (
    account TEXT NOT NULL,
    email   TEXT NOT NULL,
    PRIMARY KEY (account, email)
);
