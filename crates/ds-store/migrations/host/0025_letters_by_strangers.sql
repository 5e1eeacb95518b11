-- Whether somebody asked for a letter of whom nothing is known: those leave room for others.
ALTER TABLE letters ADD COLUMN by_stranger BOOLEAN NOT NULL DEFAULT FALSE;
