-- Rules: what is done by itself when something happens.

CREATE TABLE automation_rule (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    position BIGINT NOT NULL,      -- rules run in this order
    owner_id TEXT NOT NULL REFERENCES person (id), -- acts in their name
    def TEXT NOT NULL,             -- JSON: when, if, then
    version BIGINT NOT NULL,
    active_at BIGINT,              -- NULL: switched off
    stopped_at BIGINT,             -- stopped because it went round in circles
    last_person_id TEXT,           -- who had the last turn
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX automation_rule_order ON automation_rule (position) WHERE removed_at IS NULL;

-- What a rule said, version by version.
CREATE TABLE automation_version (
    rule_id TEXT NOT NULL REFERENCES automation_rule (id),
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    def TEXT NOT NULL,
    by_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (rule_id, version)
);

-- One rule on one cause: at most once.
CREATE TABLE automation_run (
    id TEXT PRIMARY KEY,
    rule_id TEXT NOT NULL REFERENCES automation_rule (id),
    cause TEXT NOT NULL,           -- an event's id, or what has lasted since when
    item_id TEXT NOT NULL REFERENCES work_item (id),
    by_whom TEXT NOT NULL,         -- requester, agent, rule or clock
    depth BIGINT NOT NULL,         -- how many rules led to this
    state TEXT NOT NULL,           -- waiting | done | parked | stopped
    attempts BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    version BIGINT,                -- of the rule that ran
    did TEXT NOT NULL,             -- JSON: what was done
    error TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (rule_id, cause)
);
CREATE INDEX automation_run_due ON automation_run (not_before, id) WHERE state = 'waiting';
CREATE INDEX automation_run_log ON automation_run (rule_id, id);
CREATE INDEX automation_run_rate ON automation_run (rule_id, item_id, ended_at);

-- Several deeds on a request by one press of a button.
CREATE TABLE macro (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    team_id TEXT REFERENCES team (id), -- NULL: for everybody
    deeds TEXT NOT NULL,           -- JSON
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);

-- Answers that are written again and again.
CREATE TABLE canned_answer (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    team_id TEXT REFERENCES team (id),
    lang TEXT NOT NULL,            -- en | de
    body TEXT NOT NULL,            -- with {requester}, {number}, …
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
