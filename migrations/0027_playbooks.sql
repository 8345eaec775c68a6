-- Playbooks: versioned procedures, and their runs as checklists.

CREATE TABLE playbook (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,            -- of the published version; of the draft before that
    current BIGINT NOT NULL,       -- the published version; 0: none yet
    draft TEXT,                    -- JSON, playbooks::model::Definition
    words TEXT NOT NULL,           -- lower case, to find it by
    author_id TEXT REFERENCES person (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    retired_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX playbook_name ON playbook (name, id);

-- What was published is never changed.
CREATE TABLE playbook_version (
    playbook_id TEXT NOT NULL REFERENCES playbook (id),
    number BIGINT NOT NULL,
    definition TEXT NOT NULL,      -- JSON, playbooks::model::Definition
    note TEXT NOT NULL,            -- what is new
    published_by TEXT REFERENCES person (id),
    published_at BIGINT NOT NULL,
    PRIMARY KEY (playbook_id, number)
);

CREATE TABLE playbook_run (
    id TEXT PRIMARY KEY,
    playbook_id TEXT NOT NULL REFERENCES playbook (id),
    number BIGINT NOT NULL,        -- the version it began with and keeps
    title TEXT NOT NULL,
    item_id TEXT REFERENCES work_item (id),
    practice TEXT,                 -- the practice whose page it began on
    started_by TEXT NOT NULL REFERENCES person (id),
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT REFERENCES person (id),
    abandoned TEXT,                -- the reason; NULL: finished, or open
    version BIGINT NOT NULL
);
CREATE INDEX playbook_run_item ON playbook_run (item_id, id) WHERE item_id IS NOT NULL;
CREATE INDEX playbook_run_of ON playbook_run (playbook_id, id);
CREATE INDEX playbook_run_open ON playbook_run (id) WHERE ended_at IS NULL;

CREATE TABLE playbook_mark (
    run_id TEXT NOT NULL REFERENCES playbook_run (id),
    step TEXT NOT NULL,
    state TEXT NOT NULL,           -- open | done | skipped
    note TEXT NOT NULL,            -- the reason, when it is skipped
    assignee_id TEXT REFERENCES person (id),
    by_id TEXT REFERENCES person (id),
    at BIGINT,
    PRIMARY KEY (run_id, step)
);
CREATE INDEX playbook_mark_assignee ON playbook_mark (assignee_id, run_id) WHERE assignee_id IS NOT NULL;
