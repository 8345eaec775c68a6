-- Promises whose open requests want new due dates, because the promise or its
-- calendar changed. Written in the same transaction as the change, and worked
-- off in batches, so that a crash in between loses nothing.

CREATE TABLE recompute (
    id TEXT PRIMARY KEY,           -- UUIDv7: in order of time
    promise_id TEXT NOT NULL REFERENCES promise (id),
    why TEXT NOT NULL,             -- verb of the change, e.g. calendar.changed
    name TEXT NOT NULL,            -- of the promise or calendar that changed
    after_id TEXT NOT NULL,        -- open items up to this id are done
    created_at BIGINT NOT NULL
);

-- Batches walk the open items by id.
CREATE INDEX work_open_id ON work_item (id) WHERE closed_at IS NULL;
