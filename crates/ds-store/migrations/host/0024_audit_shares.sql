-- With what a note competes for its place within its class; and 3: what people bring about who come by themselves.
ALTER TABLE audit_log ADD COLUMN share TEXT NOT NULL DEFAULT '';
UPDATE audit_log SET class = 3
    WHERE (account IS NULL AND who NOT IN ('the command line', 'the host', 'somebody'))
    OR action = '"registered"' OR (action = '"removal-begun"' AND who = about);
UPDATE audit_log SET share = CASE
    WHEN class = 2 THEN ''
    WHEN class = 3 AND action IN ('"member-added"', '"member-left"') THEN 'at ' || about
    WHEN class = 3 THEN 'accounts'
    ELSE COALESCE(account, who)
END;
DROP INDEX audit_log_by_class;
CREATE INDEX audit_log_by_class ON audit_log (class, share, position);
