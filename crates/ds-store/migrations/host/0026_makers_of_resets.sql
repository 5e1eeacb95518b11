-- Which admin made a link to set a password anew: it ends when they run the host no longer. NULL for the command line, and for
-- a letter that somebody asked for themselves.
ALTER TABLE resets ADD COLUMN made_by TEXT REFERENCES accounts (id) ON DELETE CASCADE;
CREATE INDEX resets_by_maker ON resets (made_by);
