-- Events that are committed and not yet numbered: the sequencer moves them into `event`. `at` is the database's
-- clock at the commit, in milliseconds.
CREATE TABLE pending (
    tenant bytea NOT NULL, kind smallint NOT NULL, object bytea NOT NULL, version bigint NOT NULL,
    body bytea NOT NULL, mac bytea NOT NULL, at bigint NOT NULL,
    PRIMARY KEY (tenant, kind, object, version)
);

-- Pending events that are not as they were written. Their objects' later events wait.
CREATE TABLE quarantine (
    tenant bytea NOT NULL, kind smallint NOT NULL, object bytea NOT NULL, version bigint NOT NULL,
    body bytea NOT NULL, mac bytea NOT NULL, at bigint NOT NULL,
    PRIMARY KEY (tenant, kind, object, version)
);

-- Who does what only one node may do. An epoch is never given twice; `until` is by the database's clock.
CREATE TABLE lease (
    name text NOT NULL PRIMARY KEY, holder bytea NOT NULL, epoch bigint NOT NULL, until bigint NOT NULL
);
