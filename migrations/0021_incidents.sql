-- Incidents, problems and post-mortems: what is known of a work item of these
-- kinds beyond what every work item has.

CREATE TABLE incident_record (
    item_id TEXT PRIMARY KEY REFERENCES work_item (id),
    impact TEXT,                   -- incidents::rules::Level; NULL: not assessed
    urgency TEXT,
    severity BIGINT,               -- 1 to 4, from impact and urgency
    affected TEXT NOT NULL,        -- JSON list: services and tools by name
    manager_id TEXT REFERENCES person (id),
    headline TEXT NOT NULL,        -- what everybody reads of a major incident
    major_at BIGINT,
    stood_down_at BIGINT,
    detected_at BIGINT NOT NULL,
    restored_at BIGINT,
    next_update_at BIGINT,
    reminded_at BIGINT             -- that the next update is overdue
);
CREATE INDEX incident_major ON incident_record (major_at) WHERE major_at IS NOT NULL;
CREATE INDEX incident_due ON incident_record (next_update_at)
    WHERE next_update_at IS NOT NULL AND reminded_at IS NULL;
CREATE INDEX work_incident_service ON work_item (service_id, created_at) WHERE kind = 'incident';

CREATE TABLE incident_update (
    id TEXT PRIMARY KEY,
    item_id TEXT NOT NULL REFERENCES work_item (id),
    author_id TEXT NOT NULL REFERENCES person (id),
    audience TEXT NOT NULL,        -- everyone | internal
    body TEXT NOT NULL,            -- Markdown
    created_at BIGINT NOT NULL
);
CREATE INDEX incident_update_item ON incident_update (item_id, id);

CREATE TABLE problem_record (
    item_id TEXT PRIMARY KEY REFERENCES work_item (id),
    headline TEXT NOT NULL,        -- what people who order read
    root_cause TEXT NOT NULL,      -- Markdown
    workaround TEXT NOT NULL,      -- Markdown
    known_at BIGINT,               -- the cause is known: a known error
    published_at BIGINT,           -- the workaround is offered
    told_at BIGINT                 -- those with an incident heard that it is solved
);

CREATE TABLE problem_service (
    item_id TEXT NOT NULL REFERENCES work_item (id),
    service_id TEXT NOT NULL REFERENCES service (id),
    PRIMARY KEY (item_id, service_id)
);
CREATE INDEX problem_of_service ON problem_service (service_id);

-- A workaround that helped is a request that nobody had to make.
CREATE TABLE problem_helped (
    item_id TEXT NOT NULL REFERENCES work_item (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (item_id, person_id)
);

CREATE TABLE post_mortem (
    item_id TEXT PRIMARY KEY REFERENCES work_item (id),
    summary TEXT NOT NULL,         -- Markdown, as all texts below
    impact TEXT NOT NULL,
    causes TEXT NOT NULL,          -- JSON list
    went_well TEXT NOT NULL,
    went_wrong TEXT NOT NULL,
    lucky TEXT NOT NULL,
    lessons TEXT NOT NULL,
    left_out TEXT NOT NULL,        -- JSON list: events that do not stand on its timeline
    words TEXT NOT NULL,           -- lower case, to find it by
    author_id TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    published_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX post_mortem_created ON post_mortem (created_at, item_id);

CREATE TABLE post_mortem_line (
    id TEXT PRIMARY KEY,
    item_id TEXT NOT NULL REFERENCES post_mortem (item_id),
    at BIGINT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX post_mortem_line_item ON post_mortem_line (item_id, at);

CREATE TABLE post_mortem_action (
    item_id TEXT NOT NULL REFERENCES post_mortem (item_id),
    work_id TEXT NOT NULL REFERENCES work_item (id),
    due_on TEXT,                   -- a day
    created_at BIGINT NOT NULL,
    PRIMARY KEY (item_id, work_id)
);
