-- Telling other programs what happens here.

CREATE TABLE webhook (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    events TEXT NOT NULL,          -- JSON: verbs, "request.*", or "*"
    services TEXT NOT NULL,        -- JSON: ids; empty: all
    internal_at BIGINT,            -- since when it hears what agents do among themselves
    secret TEXT NOT NULL,          -- signs, so it is kept as it is
    old_secret TEXT,               -- signs too, until the receiver knows the new one
    old_secret_until BIGINT,
    active_at BIGINT,              -- NULL: switched off
    paused_at BIGINT,              -- stopped after failing for long
    failing_since BIGINT,
    failures BIGINT NOT NULL,      -- since the last success
    rest_until BIGINT NOT NULL,
    last_success_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE webhook_delivery (
    id TEXT PRIMARY KEY,           -- UUIDv7: in the order of sending
    webhook_id TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    event_id TEXT NOT NULL,        -- the receiver's key against repetitions
    item_id TEXT,                  -- deliveries of one item go out in order
    verb TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,           -- waiting | done | dead
    attempts BIGINT NOT NULL,
    first_at BIGINT,               -- the first attempt of this round
    not_before BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,  -- somebody is sending it until then
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (webhook_id, event_id)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, not_before, id) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_item ON webhook_delivery (webhook_id, item_id, id) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_list ON webhook_delivery (webhook_id, state, id);
CREATE INDEX webhook_delivery_age ON webhook_delivery (created_at);

CREATE TABLE webhook_attempt (
    id TEXT PRIMARY KEY,
    delivery_id TEXT NOT NULL REFERENCES webhook_delivery (id) ON DELETE CASCADE,
    webhook_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    millis BIGINT NOT NULL,
    status BIGINT,                 -- of HTTP
    problem TEXT,                  -- why it failed; NULL: it did not
    answer TEXT NOT NULL           -- the beginning of it
);
CREATE INDEX webhook_attempt_delivery ON webhook_attempt (delivery_id, id);
CREATE INDEX webhook_attempt_health ON webhook_attempt (webhook_id, at);
