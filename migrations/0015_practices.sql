-- Practices that were adopted, and packs that another organisation sent.

CREATE TABLE practice_adoption (
    practice TEXT PRIMARY KEY,     -- its key
    name TEXT NOT NULL,
    pack_version TEXT NOT NULL,    -- of the pack it was taken from
    pack TEXT NOT NULL,            -- JSON: the files as they were taken over
    origin TEXT NOT NULL,          -- library | import
    roles TEXT NOT NULL,           -- JSON: role -> team
    calendar_id TEXT NOT NULL REFERENCES calendar (id),
    adopted_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- What an adopted practice consists of here.
CREATE TABLE practice_part (
    practice TEXT NOT NULL REFERENCES practice_adoption (practice),
    kind TEXT NOT NULL,            -- service | process | promise
    part TEXT NOT NULL,            -- key within the pack
    object_id TEXT NOT NULL,
    PRIMARY KEY (practice, kind, part)
);
CREATE INDEX practice_part_object ON practice_part (object_id);

CREATE TABLE practice_import (
    practice TEXT PRIMARY KEY,
    pack_version TEXT NOT NULL,
    pack TEXT NOT NULL,            -- JSON: the files, checked
    imported_by TEXT REFERENCES person (id),
    imported_at BIGINT NOT NULL
);
