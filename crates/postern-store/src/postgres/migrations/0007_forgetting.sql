-- A wrapped key that was forgotten is to leave the table's file soon: one dead row is enough for a vacuum.
ALTER TABLE keyring SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
