-- Work items: everything that moves through stages.

CREATE TABLE service_order (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    requester_id TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX service_order_requester ON service_order (requester_id, created_at);

CREATE TABLE work_item (
    id TEXT PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    kind TEXT NOT NULL,            -- request incident problem change
    title TEXT NOT NULL,
    service_id TEXT NOT NULL REFERENCES service (id),
    form_version BIGINT NOT NULL,
    process_id TEXT NOT NULL,
    process_version BIGINT NOT NULL,
    stage TEXT NOT NULL,
    phase TEXT NOT NULL,           -- new active waiting review done declined
    stage_since BIGINT NOT NULL,
    priority BIGINT NOT NULL,      -- 1 low, 2 normal, 3 high, 4 urgent
    requester_id TEXT NOT NULL REFERENCES person (id),
    department_id TEXT,
    team_id TEXT NOT NULL REFERENCES team (id),
    assignee_id TEXT REFERENCES person (id),
    order_id TEXT REFERENCES service_order (id),
    answers TEXT NOT NULL,         -- JSON by field key, as ordered
    fields TEXT NOT NULL,          -- JSON by field key, filled by agents
    ticks TEXT NOT NULL,           -- JSON: "stage/check" -> who and when
    promise TEXT NOT NULL,         -- work::promise::Promise
    respond_by BIGINT NOT NULL,    -- NEVER (year 9999) when nothing is promised
    deliver_by BIGINT NOT NULL,
    wake_at BIGINT,                -- when the clocks want to be looked at
    waiting TEXT,                  -- work::model::Waiting, when it is the requester's turn
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    closed_at BIGINT,
    merged_into_id TEXT,
    rating BIGINT,                 -- 1 to 5, once
    rating_comment TEXT,
    rated_at BIGINT,
    version BIGINT NOT NULL
);
-- The queue reads open items in the order of their promise.
CREATE INDEX work_open_due ON work_item (deliver_by, id) WHERE closed_at IS NULL;
CREATE INDEX work_open_team ON work_item (team_id, deliver_by, id) WHERE closed_at IS NULL;
CREATE INDEX work_open_assignee ON work_item (assignee_id, deliver_by, id) WHERE closed_at IS NULL;
CREATE INDEX work_open_service ON work_item (service_id, deliver_by, id) WHERE closed_at IS NULL;
CREATE INDEX work_open_stage ON work_item (stage, deliver_by, id) WHERE closed_at IS NULL;
CREATE INDEX work_open_updated ON work_item (updated_at, id) WHERE closed_at IS NULL;
CREATE INDEX work_closed ON work_item (closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX work_closed_service ON work_item (service_id, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX work_requester ON work_item (requester_id, created_at, id);
CREATE INDEX work_order ON work_item (order_id);
CREATE INDEX work_wake ON work_item (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE stage_visit (
    id TEXT PRIMARY KEY,
    item_id TEXT NOT NULL REFERENCES work_item (id),
    stage TEXT NOT NULL,
    person_id TEXT,                -- who owned it when it was left
    entered_at BIGINT NOT NULL,
    left_at BIGINT,
    worked BIGINT                  -- working time in microseconds, when left
);
CREATE INDEX stage_visit_item ON stage_visit (item_id, entered_at);

CREATE TABLE comment (
    id TEXT PRIMARY KEY,
    item_id TEXT NOT NULL REFERENCES work_item (id),
    author_id TEXT NOT NULL REFERENCES person (id),
    visibility TEXT NOT NULL,      -- public | internal
    body TEXT NOT NULL,            -- Markdown
    created_at BIGINT NOT NULL
);
CREATE INDEX comment_item ON comment (item_id, created_at);

-- A file belongs to its uploader until it is attached to an item.
CREATE TABLE attachment (
    id TEXT PRIMARY KEY,
    item_id TEXT REFERENCES work_item (id),
    comment_id TEXT REFERENCES comment (id),
    field TEXT,                    -- key of the form field it answers
    visibility TEXT NOT NULL,      -- public | internal
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,          -- bytes
    sha256 TEXT NOT NULL,          -- hex, names the blob
    uploaded_by TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX attachment_item ON attachment (item_id, created_at);
CREATE INDEX attachment_sha ON attachment (sha256);
CREATE INDEX attachment_loose ON attachment (uploaded_by, created_at) WHERE item_id IS NULL;

CREATE TABLE watcher (
    item_id TEXT NOT NULL REFERENCES work_item (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    since BIGINT NOT NULL,
    PRIMARY KEY (item_id, person_id)
);
CREATE INDEX watcher_person ON watcher (person_id);

CREATE TABLE item_link (
    from_id TEXT NOT NULL REFERENCES work_item (id),
    to_id TEXT NOT NULL REFERENCES work_item (id),
    kind TEXT NOT NULL,            -- relates, blocks, duplicates
    created_at BIGINT NOT NULL,
    PRIMARY KEY (from_id, to_id, kind)
);
CREATE INDEX item_link_to ON item_link (to_id);

-- Each share of a promise is escalated once, whatever happens in between.
CREATE TABLE escalation (
    item_id TEXT NOT NULL REFERENCES work_item (id),
    clock TEXT NOT NULL,           -- response | delivery
    share BIGINT NOT NULL,         -- percent
    fired_at BIGINT NOT NULL,
    PRIMARY KEY (item_id, clock, share)
);

CREATE TABLE saved_view (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES person (id),
    name TEXT NOT NULL,
    query TEXT NOT NULL,           -- the list's own query string
    shared_with TEXT,              -- NULL: mine; a team id; 'everyone'
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX saved_view_owner ON saved_view (owner_id);

-- What to put back, for the ten seconds (and a bit) in which one may undo.
CREATE TABLE undo (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    label TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
