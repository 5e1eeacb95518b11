-- Whether it is known that an account's mail address is its owner's: only then does the address stand for the account
-- where somebody else proves it. Accounts from before count as proven: those who run the host made them, or let them in.
ALTER TABLE accounts ADD COLUMN email_proven BOOLEAN NOT NULL DEFAULT TRUE;
