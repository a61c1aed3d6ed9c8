-- The last event of each thinned bundle: how far a log is thinned is read from the events themselves. What is left of a
-- thinned event is its leaf hash, 32 bytes, as its body; no event is so short.
CREATE INDEX event_thinned ON event (tenant, idx) WHERE length(body) = 32 AND idx % 256 = 255;

-- The hash over each full tile of a log's leaves. Working state: it is made again from the events.
CREATE TABLE tile_hash (
    tenant bytea NOT NULL, tile bigint NOT NULL, hash bytea NOT NULL, mac bytea NOT NULL,
    PRIMARY KEY (tenant, tile)
);

-- Thinned events that a row still needs, with their bytes: who a subject is stands in an event alone.
CREATE TABLE kept_event (
    tenant bytea NOT NULL, idx bigint NOT NULL,
    kind smallint NOT NULL, object bytea NOT NULL, version bigint NOT NULL,
    body bytea NOT NULL, mac bytea NOT NULL,
    PRIMARY KEY (tenant, kind, object, version)
);
