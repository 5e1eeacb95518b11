-- Where somebody who asks to join is from, so that nobody fills a door with names that are their own to make: the host of their name,
-- and the last two labels of that or of their mail domain. Empty for accounts of this host, and for what was asked before.
ALTER TABLE join_requests ADD COLUMN host TEXT NOT NULL DEFAULT '';
ALTER TABLE join_requests ADD COLUMN domain TEXT NOT NULL DEFAULT '';
