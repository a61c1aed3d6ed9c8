-- Records: one table a kind, all alike (a test holds them against the text that statements are made from).
-- Rowid tables: a row of 450 to 1400 bytes would spill to overflow pages in a WITHOUT ROWID table, whose
-- cells hold about 1000 bytes of a 4 KiB page.

CREATE TABLE tenant (
    tenant BLOB NOT NULL, id BLOB NOT NULL,
    version INTEGER NOT NULL, body BLOB NOT NULL, seal BLOB NOT NULL, state TEXT NOT NULL, due INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX tenant_state ON tenant (tenant, state, due, id);
CREATE INDEX tenant_due ON tenant (due, tenant, id) WHERE due IS NOT NULL;

CREATE TABLE application (
    tenant BLOB NOT NULL, id BLOB NOT NULL,
    version INTEGER NOT NULL, body BLOB NOT NULL, seal BLOB NOT NULL, state TEXT NOT NULL, due INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX application_state ON application (tenant, state, due, id);
CREATE INDEX application_due ON application (due, tenant, id) WHERE due IS NOT NULL;

CREATE TABLE prover (
    tenant BLOB NOT NULL, id BLOB NOT NULL,
    version INTEGER NOT NULL, body BLOB NOT NULL, seal BLOB NOT NULL, state TEXT NOT NULL, due INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX prover_state ON prover (tenant, state, due, id);
CREATE INDEX prover_due ON prover (due, tenant, id) WHERE due IS NOT NULL;

CREATE TABLE subject (
    tenant BLOB NOT NULL, id BLOB NOT NULL,
    version INTEGER NOT NULL, body BLOB NOT NULL, seal BLOB NOT NULL, state TEXT NOT NULL, due INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX subject_state ON subject (tenant, state, due, id);
CREATE INDEX subject_due ON subject (due, tenant, id) WHERE due IS NOT NULL;

CREATE TABLE bucket (
    tenant BLOB NOT NULL, id BLOB NOT NULL,
    version INTEGER NOT NULL, body BLOB NOT NULL, seal BLOB NOT NULL, state TEXT NOT NULL, due INTEGER,
    PRIMARY KEY (tenant, id)
) STRICT;
CREATE INDEX bucket_state ON bucket (tenant, state, due, id);
CREATE INDEX bucket_due ON bucket (due, tenant, id) WHERE due IS NOT NULL;

-- Write-once parts of records; `kind` is the kind's number.
CREATE TABLE part (
    kind INTEGER NOT NULL, tenant BLOB NOT NULL, id BLOB NOT NULL, number INTEGER NOT NULL,
    body BLOB NOT NULL, seal BLOB NOT NULL,
    PRIMARY KEY (kind, tenant, id, number)
) STRICT;

-- Places that only one may take; `space` and `owner_kind` are numbers.
CREATE TABLE claim (
    tenant BLOB NOT NULL, space INTEGER NOT NULL, key BLOB NOT NULL,
    owner_kind INTEGER NOT NULL, owner BLOB NOT NULL, version INTEGER NOT NULL, until INTEGER,
    seal BLOB NOT NULL,
    PRIMARY KEY (tenant, space, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_until ON claim (until) WHERE until IS NOT NULL;

-- Subjects' wrapped keys.
CREATE TABLE keyring (
    tenant BLOB NOT NULL, id BLOB NOT NULL, wrapped BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;
