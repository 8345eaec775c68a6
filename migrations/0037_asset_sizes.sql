-- Sizes of one's own: since when what was made of them is out of date, and work
-- on assets that are there already, which waits behind new ones.

ALTER TABLE asset_preset ADD COLUMN changed_at BIGINT;
ALTER TABLE asset_preset ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE asset_job ADD COLUMN later BIGINT NOT NULL DEFAULT 0; -- 1: only what is missing
DROP INDEX asset_job_due;
CREATE INDEX asset_job_due ON asset_job (later, not_before) WHERE dead_at IS NULL;
