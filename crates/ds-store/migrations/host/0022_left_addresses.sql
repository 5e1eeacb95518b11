-- Mail addresses that were proven to be accounts' own and that they have given up: what they opened, they open no more.
CREATE TABLE left_addresses (
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    email   TEXT NOT NULL,
    PRIMARY KEY (account, email)
);
