-- What is ordered again and again, and answers to begin with.

-- A plan to order a service by schedule.
CREATE TABLE recurring (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,           -- of what is ordered; may hold {month} and so on
    service_id TEXT NOT NULL REFERENCES service (id),
    answers TEXT NOT NULL,         -- JSON: as typed, by field
    requester_id TEXT NOT NULL REFERENCES person (id),
    assignee_id TEXT REFERENCES person (id),
    owner_id TEXT NOT NULL REFERENCES person (id),
    calendar_id TEXT NOT NULL,     -- which days are worked
    zone TEXT NOT NULL,            -- where its clock hangs
    rhythm TEXT NOT NULL,          -- mil_sla::rhythm::Rhythm
    since BIGINT NOT NULL,         -- what came due up to here is settled
    next_at BIGINT,                -- when the next is ordered; NULL when none comes
    planned_with BIGINT NOT NULL,  -- generation of the catalogue next_at was worked out with
    paused_at BIGINT,
    stopped_at BIGINT,             -- an order failed
    stopped_why TEXT,              -- JSON: recurring::model::Why
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX recurring_due ON recurring (next_at)
    WHERE removed_at IS NULL AND paused_at IS NULL AND stopped_at IS NULL;
CREATE INDEX recurring_plan ON recurring (planned_with)
    WHERE removed_at IS NULL AND paused_at IS NULL AND stopped_at IS NULL;
CREATE INDEX recurring_list ON recurring (created_at, id) WHERE removed_at IS NULL;

-- What became of each occurrence. The primary key is why none is ordered twice.
CREATE TABLE recurring_run (
    recurring_id TEXT NOT NULL REFERENCES recurring (id),
    occurrence TEXT NOT NULL,      -- date of the beat, or by-hand: and a key
    day TEXT NOT NULL,             -- the day it falls on
    outcome TEXT NOT NULL,         -- ordered missed skipped failed
    item_id TEXT REFERENCES work_item (id),
    why TEXT,                      -- JSON: recurring::model::Why
    person_id TEXT REFERENCES person (id), -- who ordered or skipped it by hand
    at BIGINT NOT NULL,
    PRIMARY KEY (recurring_id, occurrence)
);
CREATE INDEX recurring_run_item ON recurring_run (item_id) WHERE item_id IS NOT NULL;

-- Answers under a name, to begin an order with.
CREATE TABLE request_template (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    note TEXT NOT NULL,            -- when to use it
    service_id TEXT NOT NULL REFERENCES service (id),
    form_version BIGINT NOT NULL,  -- that the answers were given to
    title TEXT NOT NULL,
    answers TEXT NOT NULL,         -- JSON: as typed, by field; no files
    owner_id TEXT NOT NULL REFERENCES person (id),
    shared_with TEXT,              -- NULL: own; a team id; 'everyone' who works here
    portal_at BIGINT,              -- offered to all who may order the service
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX request_template_service ON request_template (service_id, name) WHERE removed_at IS NULL;
