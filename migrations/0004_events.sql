-- Everything that happened. The timeline, the audit log and all listeners read it.

CREATE TABLE event (
    id TEXT PRIMARY KEY,           -- UUIDv7: in order of time
    at BIGINT NOT NULL,
    actor_id TEXT,                 -- NULL: the system itself
    actor_name TEXT NOT NULL,      -- as it was then
    via TEXT NOT NULL,             -- web, api, cli, system
    ip TEXT,
    agent TEXT,
    verb TEXT NOT NULL,            -- e.g. request.moved
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    item_id TEXT,                  -- the work item on whose timeline it stands
    audience TEXT NOT NULL,        -- public | internal | audit
    data TEXT NOT NULL             -- JSON; before and after where something changed
);
CREATE INDEX event_item ON event (item_id, id) WHERE item_id IS NOT NULL;
CREATE INDEX event_object ON event (object_kind, object_id, id);
CREATE INDEX event_actor ON event (actor_id, id);
CREATE INDEX event_verb ON event (verb, id);

-- One row per event and listener that has still to see it.
CREATE TABLE outbox (
    event_id TEXT NOT NULL REFERENCES event (id),
    listener TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    last_error TEXT,
    PRIMARY KEY (listener, event_id)
);

CREATE TABLE notification (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    event_id TEXT NOT NULL REFERENCES event (id),
    item_id TEXT,
    reason TEXT NOT NULL,          -- mentioned, assigned, your_turn, answered, escalated, …
    created_at BIGINT NOT NULL,
    read_at BIGINT,
    UNIQUE (person_id, event_id)
);
CREATE INDEX notification_person ON notification (person_id, read_at, id);

-- The answer to a POST that carried an Idempotency-Key, kept for a day.
CREATE TABLE idempotency (
    person_id TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,     -- of method, path and body
    status BIGINT,
    headers TEXT,
    body TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, key)
);
