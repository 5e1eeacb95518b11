-- Who may not come back is a person with several ways to come, not one way.

-- What is the same in all rows of one person; names them on pages.
ALTER TABLE join_bars ADD COLUMN person TEXT NOT NULL DEFAULT '';
-- What the owner was shown of the way; empty if the host alone knew of it.
ALTER TABLE join_bars ADD COLUMN shown TEXT NOT NULL DEFAULT '';
UPDATE join_bars SET person = lower(hex(randomblob(16)));
UPDATE join_bars SET shown = substr(who, instr(who, ':') + 1) WHERE who NOT LIKE 'account:%';
CREATE INDEX join_bars_by_person ON join_bars (appspace, person);
