-- What runs beside and on top of the stages: tasks, approvals, time spent.

-- A task of a stage, made when the stage begins.
CREATE TABLE item_task (
    id TEXT PRIMARY KEY,
    item_id TEXT NOT NULL REFERENCES work_item (id),
    visit_id TEXT NOT NULL,        -- stage_visit
    stage TEXT NOT NULL,
    task TEXT NOT NULL,            -- key within the stage
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    required BIGINT NOT NULL,
    team_id TEXT REFERENCES team (id),
    person_id TEXT REFERENCES person (id),
    service_id TEXT REFERENCES service (id),
    sub_item_id TEXT REFERENCES work_item (id), -- the request that does it
    done_at BIGINT,
    done_by TEXT REFERENCES person (id),
    closed_at BIGINT,              -- its stage was left
    created_at BIGINT NOT NULL
);
CREATE INDEX item_task_item ON item_task (item_id, position);
CREATE INDEX item_task_sub ON item_task (sub_item_id) WHERE sub_item_id IS NOT NULL;
CREATE INDEX item_task_person ON item_task (person_id) WHERE done_at IS NULL AND closed_at IS NULL;

-- One person's word in one step of an approval.
CREATE TABLE approval (
    id TEXT PRIMARY KEY,
    item_id TEXT NOT NULL REFERENCES work_item (id),
    visit_id TEXT NOT NULL,        -- stage_visit: a stage entered again asks anew
    stage TEXT NOT NULL,
    step TEXT NOT NULL,            -- key within the stage
    position BIGINT NOT NULL,      -- of the step in its chain, from 0
    name TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (id),
    handed_from TEXT REFERENCES person (id), -- who was asked first
    asked_at BIGINT NOT NULL,
    remind_at BIGINT,
    word TEXT,                     -- yes | no
    voted_by TEXT REFERENCES person (id),    -- who said it, maybe a stand-in
    voted_at BIGINT,
    comment TEXT,
    closed_at BIGINT,              -- answered, or not asked any more
    UNIQUE (visit_id, step, person_id)
);
CREATE INDEX approval_item ON approval (item_id, visit_id);
CREATE INDEX approval_open ON approval (person_id, asked_at) WHERE closed_at IS NULL;
CREATE INDEX approval_answered ON approval (voted_by, voted_at) WHERE voted_at IS NOT NULL;
CREATE INDEX approval_remind ON approval (remind_at) WHERE remind_at IS NOT NULL;

-- Who decides for somebody who is away.
CREATE TABLE stand_in (
    person_id TEXT PRIMARY KEY REFERENCES person (id),
    stand_in_id TEXT NOT NULL REFERENCES person (id),
    until BIGINT NOT NULL,
    since BIGINT NOT NULL
);
CREATE INDEX stand_in_for ON stand_in (stand_in_id);

-- Time that somebody spent on a request.
CREATE TABLE time_entry (
    id TEXT PRIMARY KEY,
    item_id TEXT NOT NULL REFERENCES work_item (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    minutes BIGINT NOT NULL,
    day TEXT NOT NULL,             -- ISO date
    note TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX time_entry_item ON time_entry (item_id, created_at);
