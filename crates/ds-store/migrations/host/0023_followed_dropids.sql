-- Names and pictures that members took over are kept with the members, in the appspaces' own data, and no longer here. What
-- was here is not carried over: who logs in by a name that they are still shown with follows it again.

-- Where DropIDs of this host may be followed.
CREATE TABLE followed_dropids (
    who      TEXT NOT NULL,
    appspace TEXT NOT NULL REFERENCES appspaces (id) ON DELETE CASCADE,
    PRIMARY KEY (who, appspace)
);
CREATE INDEX followed_dropids_by_appspace ON followed_dropids (appspace);

DROP TABLE taken_looks;
