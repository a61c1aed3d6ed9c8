-- The logs. The one index beside the key is UNIQUE: an old sealed row that was put back collides in it with
-- its own history.
CREATE TABLE event (
    tenant bytea NOT NULL, idx bigint NOT NULL,
    kind smallint NOT NULL, object bytea NOT NULL, version bigint NOT NULL,
    body bytea NOT NULL, mac bytea NOT NULL,
    PRIMARY KEY (tenant, idx),
    UNIQUE (tenant, kind, object, version)
);

-- The right edge of each tenant's tree.
CREATE TABLE log_head (
    tenant bytea NOT NULL PRIMARY KEY, size bigint NOT NULL, frontier bytea NOT NULL, seal bytea NOT NULL
);

-- Each tenant's newest signed checkpoint.
CREATE TABLE checkpoint (
    tenant bytea NOT NULL PRIMARY KEY, size bigint NOT NULL, note text NOT NULL
);
