-- One table per kind of record, all alike; rows, parts and claims are sealed. The numbers and names of these
-- steps are those of the SQLite store; a test compares the tables.
CREATE TABLE tenant (
    tenant bytea NOT NULL, id bytea NOT NULL,
    version bigint NOT NULL, body bytea NOT NULL, seal bytea NOT NULL, state text NOT NULL, due bigint,
    PRIMARY KEY (tenant, id)
) WITH (fillfactor = 85);
CREATE INDEX tenant_state ON tenant (tenant, state, due, id);
CREATE INDEX tenant_due ON tenant (due, tenant, id) WHERE due IS NOT NULL;

CREATE TABLE application (
    tenant bytea NOT NULL, id bytea NOT NULL,
    version bigint NOT NULL, body bytea NOT NULL, seal bytea NOT NULL, state text NOT NULL, due bigint,
    PRIMARY KEY (tenant, id)
) WITH (fillfactor = 85);
CREATE INDEX application_state ON application (tenant, state, due, id);
CREATE INDEX application_due ON application (due, tenant, id) WHERE due IS NOT NULL;

CREATE TABLE prover (
    tenant bytea NOT NULL, id bytea NOT NULL,
    version bigint NOT NULL, body bytea NOT NULL, seal bytea NOT NULL, state text NOT NULL, due bigint,
    PRIMARY KEY (tenant, id)
) WITH (fillfactor = 85);
CREATE INDEX prover_state ON prover (tenant, state, due, id);
CREATE INDEX prover_due ON prover (due, tenant, id) WHERE due IS NOT NULL;

CREATE TABLE subject (
    tenant bytea NOT NULL, id bytea NOT NULL,
    version bigint NOT NULL, body bytea NOT NULL, seal bytea NOT NULL, state text NOT NULL, due bigint,
    PRIMARY KEY (tenant, id)
) WITH (fillfactor = 85);
CREATE INDEX subject_state ON subject (tenant, state, due, id);
CREATE INDEX subject_due ON subject (due, tenant, id) WHERE due IS NOT NULL;

CREATE TABLE bucket (
    tenant bytea NOT NULL, id bytea NOT NULL,
    version bigint NOT NULL, body bytea NOT NULL, seal bytea NOT NULL, state text NOT NULL, due bigint,
    PRIMARY KEY (tenant, id)
) WITH (fillfactor = 85);
CREATE INDEX bucket_state ON bucket (tenant, state, due, id);
CREATE INDEX bucket_due ON bucket (due, tenant, id) WHERE due IS NOT NULL;

-- Write-once parts of records; `kind` is the kind's number.
CREATE TABLE part (
    kind smallint NOT NULL, tenant bytea NOT NULL, id bytea NOT NULL, number bigint NOT NULL,
    body bytea NOT NULL, seal bytea NOT NULL,
    PRIMARY KEY (kind, tenant, id, number)
);

-- Places that only one may take; `space` and `owner_kind` are numbers.
CREATE TABLE claim (
    tenant bytea NOT NULL, space smallint NOT NULL, key bytea NOT NULL,
    owner_kind smallint NOT NULL, owner bytea NOT NULL, version bigint NOT NULL, until bigint,
    seal bytea NOT NULL,
    PRIMARY KEY (tenant, space, key)
);
CREATE INDEX claim_until ON claim (until) WHERE until IS NOT NULL;

-- Subjects' wrapped keys.
CREATE TABLE keyring (
    tenant bytea NOT NULL, id bytea NOT NULL, wrapped bytea NOT NULL,
    PRIMARY KEY (tenant, id)
);
