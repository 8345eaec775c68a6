-- Other programs order by a request to a secret address.

CREATE TABLE incoming_hook (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    service_id TEXT NOT NULL REFERENCES service (id),
    requester_id TEXT NOT NULL REFERENCES person (id), -- for whom, unless the mapping says
    mapping TEXT NOT NULL,         -- JSON: title, priority, requester, once, fields
    address_hash TEXT NOT NULL UNIQUE,
    proof TEXT NOT NULL,           -- none | body | stamped
    header TEXT NOT NULL,          -- in which the signature of a body comes
    secret TEXT NOT NULL,          -- checks signatures, so it is kept as it is
    per_minute BIGINT NOT NULL,
    active_at BIGINT,              -- NULL: switched off
    limited_at BIGINT,             -- when something was last turned away
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- What came in, and what came of it.
CREATE TABLE incoming_call (
    id TEXT PRIMARY KEY,
    hook_id TEXT NOT NULL REFERENCES incoming_hook (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    state TEXT NOT NULL,           -- made | repeated | refused
    reason TEXT,                   -- signature, body, mapping, service or requester
    errors TEXT NOT NULL,          -- JSON: field, text, values
    item_id TEXT,                  -- what it made
    ip TEXT,
    body TEXT NOT NULL             -- as JSON; empty when it was not proven or not read
);
CREATE INDEX incoming_call_list ON incoming_call (hook_id, id);
CREATE INDEX incoming_call_rate ON incoming_call (hook_id, at);
CREATE INDEX incoming_call_age ON incoming_call (at);
