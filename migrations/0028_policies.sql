-- Policies: what holds for whom since when, and who has confirmed it.

CREATE TABLE policy (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    retired_at BIGINT,
    version BIGINT NOT NULL        -- against writing over each other
);

-- At most one of a policy is a draft; what is published never changes.
CREATE TABLE policy_version (
    id TEXT PRIMARY KEY,
    policy_id TEXT NOT NULL REFERENCES policy (id),
    major BIGINT NOT NULL,         -- 0 while it is a draft
    minor BIGINT NOT NULL,
    title TEXT NOT NULL,
    for_you TEXT NOT NULL,         -- Markdown: what it means for the reader
    body TEXT NOT NULL,            -- Markdown
    change_note TEXT NOT NULL,
    audience TEXT NOT NULL,        -- catalog::audience::Audience
    quiz TEXT NOT NULL,            -- policies::model::Quiz
    deadline_days BIGINT NOT NULL,
    effective_on TEXT NOT NULL,    -- ISO day, as all below
    review_on TEXT,
    until_on TEXT,                 -- the last day on which it holds
    saved_at BIGINT NOT NULL,
    published_at BIGINT,
    published_by TEXT REFERENCES person (id)
);
CREATE INDEX policy_version_policy ON policy_version (policy_id, major, minor);
CREATE UNIQUE INDEX policy_version_draft ON policy_version (policy_id) WHERE published_at IS NULL;

-- Somebody has to confirm a policy; a new major version asks again.
CREATE TABLE policy_duty (
    policy_id TEXT NOT NULL REFERENCES policy (id),
    major BIGINT NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (id),
    since BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    remind_at BIGINT,
    reminders BIGINT NOT NULL,     -- sent so far
    done_at BIGINT,
    done_version_id TEXT REFERENCES policy_version (id),
    ended_at BIGINT,               -- not asked any more
    PRIMARY KEY (policy_id, major, person_id)
);
CREATE INDEX policy_duty_person ON policy_duty (person_id) WHERE done_at IS NULL AND ended_at IS NULL;
CREATE INDEX policy_duty_remind ON policy_duty (remind_at) WHERE remind_at IS NOT NULL;

CREATE TABLE policy_try (
    id TEXT PRIMARY KEY,
    policy_id TEXT NOT NULL REFERENCES policy (id),
    version_id TEXT NOT NULL REFERENCES policy_version (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    at BIGINT NOT NULL,
    correct BIGINT NOT NULL,
    questions BIGINT NOT NULL,
    passed BIGINT NOT NULL
);
CREATE INDEX policy_try_person ON policy_try (person_id, policy_id, at);

CREATE TABLE policy_exception (
    id TEXT PRIMARY KEY,
    policy_id TEXT NOT NULL REFERENCES policy (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    reason TEXT NOT NULL,
    until_on TEXT NOT NULL,        -- ISO day; the last one
    asked_at BIGINT NOT NULL,
    decided_by TEXT REFERENCES person (id),
    granted_at BIGINT,
    refused_at BIGINT,
    answer TEXT NOT NULL,
    ended_at BIGINT,               -- taken back before its time
    remind_at BIGINT
);
CREATE INDEX policy_exception_policy ON policy_exception (policy_id, asked_at);
CREATE INDEX policy_exception_person ON policy_exception (person_id, policy_id);
CREATE INDEX policy_exception_remind ON policy_exception (remind_at) WHERE remind_at IS NOT NULL;

-- When the audiences were last compared with who is here.
CREATE TABLE policy_sync (
    name TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);
INSERT INTO policy_sync (name, at) VALUES ('duties', 0);
