-- The change calendar: what is planned when, and what it touches.

-- What entries touch besides services and departments.
CREATE TABLE calendar_thing (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,            -- tool | campaign | audience
    name TEXT NOT NULL,
    words TEXT NOT NULL UNIQUE,    -- kind and name in lower case: each once
    rest_minutes BIGINT NOT NULL,  -- peace between two messages to an audience
    created_at BIGINT NOT NULL
);

CREATE TABLE calendar_entry (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,            -- calendar::model::Kind
    title TEXT NOT NULL,
    note TEXT NOT NULL,            -- Markdown
    item_id TEXT UNIQUE REFERENCES work_item (id), -- the change whose window it is
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,       -- not included
    days_zone TEXT,                -- whole days, as the clocks of this zone show them
    routine_at BIGINT,             -- needs no approval: a standard change
    person_id TEXT REFERENCES person (id), -- who is needed for it
    team_id TEXT REFERENCES team (id),     -- whose it is
    touches TEXT NOT NULL,         -- JSON list of kind:id
    author_id TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX calendar_entry_ends ON calendar_entry (ends_at, starts_at) WHERE withdrawn_at IS NULL;

-- Two entries may stay in each other's way, as long as neither moves.
CREATE TABLE calendar_exception (
    id TEXT PRIMARY KEY,
    first_id TEXT NOT NULL REFERENCES calendar_entry (id),
    second_id TEXT NOT NULL REFERENCES calendar_entry (id),
    times TEXT NOT NULL,           -- when both were planned as it was asked for
    reason TEXT NOT NULL,
    asked_by TEXT NOT NULL REFERENCES person (id),
    asked_at BIGINT NOT NULL,
    decided_by TEXT REFERENCES person (id),
    granted_at BIGINT,
    refused_at BIGINT
);
CREATE UNIQUE INDEX calendar_exception_pair ON calendar_exception (first_id, second_id, times);

-- Who plans changes this row first, so that two cannot take one slot.
CREATE TABLE calendar_lock (
    name TEXT PRIMARY KEY,
    version BIGINT NOT NULL
);
INSERT INTO calendar_lock (name, version) VALUES ('plan', 0);

-- Secret addresses that a calendar program reads (RFC 5545).
CREATE TABLE calendar_feed (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    person_id TEXT NOT NULL REFERENCES person (id),
    scope TEXT NOT NULL,           -- mine | team | all
    team_id TEXT REFERENCES team (id),
    created_at BIGINT NOT NULL,
    read_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX calendar_feed_person ON calendar_feed (person_id);
