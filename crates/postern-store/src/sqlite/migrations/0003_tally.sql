-- Sums by hour; `hour` counts from 1970.
CREATE TABLE tally (
    tenant BLOB NOT NULL, measure TEXT NOT NULL, dimension BLOB NOT NULL, hour INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (tenant, measure, hour, dimension)
) STRICT, WITHOUT ROWID;
