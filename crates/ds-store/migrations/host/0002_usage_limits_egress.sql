-- What appspaces use, may use and may reach. What is deleted takes all of it along.

-- What was used, by hour and by day (numbered since 1970 UTC). Written once a minute, added to what is there.
CREATE TABLE usage_hours (
    appspace       TEXT   NOT NULL REFERENCES appspaces (id) ON DELETE CASCADE,
    period         BIGINT NOT NULL,
    cpu_us         BIGINT NOT NULL,
    memory_mib_s   BIGINT NOT NULL,
    bytes_in       BIGINT NOT NULL,
    bytes_out      BIGINT NOT NULL,
    requests       BIGINT NOT NULL,
    wakes          BIGINT NOT NULL,
    disk_bytes     BIGINT,                      -- as last measured, if it was
    PRIMARY KEY (appspace, period)
);
CREATE INDEX usage_hours_by_period ON usage_hours (period);
CREATE TABLE usage_days (
    appspace       TEXT   NOT NULL REFERENCES appspaces (id) ON DELETE CASCADE,
    period         BIGINT NOT NULL,
    cpu_us         BIGINT NOT NULL,
    memory_mib_s   BIGINT NOT NULL,
    bytes_in       BIGINT NOT NULL,
    bytes_out      BIGINT NOT NULL,
    requests       BIGINT NOT NULL,
    wakes          BIGINT NOT NULL,
    disk_bytes     BIGINT,
    PRIMARY KEY (appspace, period)
);
CREATE INDEX usage_days_by_period ON usage_days (period);

-- The last runs of sandboxes, and how they ended.
CREATE TABLE runs (
    sandbox        TEXT   NOT NULL PRIMARY KEY,
    appspace       TEXT   NOT NULL REFERENCES appspaces (id) ON DELETE CASCADE,
    started        BIGINT NOT NULL,
    ended          BIGINT NOT NULL,
    cpu_us         BIGINT NOT NULL,
    memory_mib_s   BIGINT NOT NULL,
    bytes_in       BIGINT NOT NULL,
    bytes_out      BIGINT NOT NULL,
    requests       BIGINT NOT NULL,
    wakes          BIGINT NOT NULL,
    disk_bytes     BIGINT,
    death          TEXT   NOT NULL              -- in words
);
CREATE INDEX runs_by_appspace ON runs (appspace, ended);

-- Bounds that differ from the host's.
CREATE TABLE limits (
    appspace TEXT NOT NULL PRIMARY KEY REFERENCES appspaces (id) ON DELETE CASCADE,
    limits   TEXT NOT NULL                      -- JSON
);

-- Hosts that an owner lets an appspace reach.
CREATE TABLE egress_rules (
    appspace TEXT   NOT NULL REFERENCES appspaces (id) ON DELETE CASCADE,
    rule     TEXT   NOT NULL,                   -- as in a manifest: *.example.org:443
    approved BIGINT NOT NULL,
    PRIMARY KEY (appspace, rule)
);

-- Secrets that are sent there on an app's behalf.
CREATE TABLE secrets (
    appspace TEXT   NOT NULL REFERENCES appspaces (id) ON DELETE CASCADE,
    name     TEXT   NOT NULL,
    host     TEXT   NOT NULL,                   -- a rule, as above
    sealed   TEXT   NOT NULL,                   -- ChaCha20-Poly1305 with the key in secrets.key, base64
    set_at   BIGINT NOT NULL,
    PRIMARY KEY (appspace, name)
);
