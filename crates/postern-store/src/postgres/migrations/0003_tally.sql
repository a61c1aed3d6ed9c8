-- Sums by hour; `hour` counts from 1970.
CREATE TABLE tally (
    tenant bytea NOT NULL, measure text NOT NULL, dimension bytea NOT NULL, hour bigint NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (tenant, measure, hour, dimension)
);
