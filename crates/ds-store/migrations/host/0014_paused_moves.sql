-- An appspace that its owner had paused stays so on the host it moves to.
ALTER TABLE moves_in ADD COLUMN paused BOOLEAN NOT NULL DEFAULT FALSE;
