-- Proof rounds: a file that several people look at, what they say of which place
-- in it, and what they decide about exactly these bytes.

CREATE TABLE proof (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    note TEXT NOT NULL,            -- what to look at
    asset_id TEXT REFERENCES asset (id),     -- of an asset; else of a file of the request
    item_id TEXT REFERENCES work_item (id),  -- the request on whose timeline it stands
    visibility TEXT NOT NULL,      -- public | internal: whether those who see the request see it
    due_on TEXT,                   -- ISO day, until whose end an answer is wanted
    reminded BIGINT NOT NULL,      -- 0 nobody yet, 1 the day before, 2 when it was over
    created_by TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX proof_asset ON proof (asset_id, id) WHERE asset_id IS NOT NULL;
CREATE INDEX proof_item ON proof (item_id, id) WHERE item_id IS NOT NULL;
CREATE INDEX proof_by ON proof (created_by, id);
CREATE INDEX proof_due ON proof (due_on) WHERE closed_at IS NULL AND due_on IS NOT NULL;

-- The versions of what is looked at. They never change.
CREATE TABLE proof_file (
    id TEXT PRIMARY KEY,
    proof_id TEXT NOT NULL REFERENCES proof (id),
    number BIGINT NOT NULL,
    name TEXT NOT NULL,            -- file name
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,          -- names the blob; decisions are about it
    note TEXT NOT NULL,            -- what is new
    state TEXT NOT NULL,           -- assets::model::Ready
    problem TEXT NOT NULL,         -- why it cannot be shown
    attempts BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,  -- 0: nobody works on it
    lease TEXT NOT NULL,           -- who works on it
    added_by TEXT NOT NULL REFERENCES person (id),
    added_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX proof_file_number ON proof_file (proof_id, number);
CREATE INDEX proof_file_sha ON proof_file (sha256);
CREATE INDEX proof_file_waiting ON proof_file (leased_until) WHERE state = 'waiting';

-- A version as pictures to look at.
CREATE TABLE proof_page (
    id TEXT PRIMARY KEY,
    file_id TEXT NOT NULL REFERENCES proof_file (id),
    number BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    tiles TEXT NOT NULL            -- hashes of 8 × 8 parts, 16 hexadecimal digits each
);
CREATE UNIQUE INDEX proof_page_number ON proof_page (file_id, number);
CREATE INDEX proof_page_sha ON proof_page (sha256);

CREATE TABLE proof_reviewer (
    id TEXT PRIMARY KEY,
    proof_id TEXT NOT NULL REFERENCES proof (id),
    person_id TEXT REFERENCES person (id),   -- none: somebody outside, with a link
    name TEXT NOT NULL,            -- of somebody outside
    token_hash TEXT UNIQUE,
    expires_at BIGINT,             -- of the link
    invited_by TEXT NOT NULL REFERENCES person (id),
    invited_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE UNIQUE INDEX proof_reviewer_once ON proof_reviewer (proof_id, person_id) WHERE person_id IS NOT NULL;
CREATE INDEX proof_reviewer_person ON proof_reviewer (person_id, proof_id) WHERE person_id IS NOT NULL;

CREATE TABLE proof_comment (
    id TEXT PRIMARY KEY,
    proof_id TEXT NOT NULL REFERENCES proof (id),
    file_id TEXT NOT NULL REFERENCES proof_file (id), -- the version it was said of
    thread_id TEXT REFERENCES proof_comment (id),     -- none: it begins one
    person_id TEXT REFERENCES person (id),
    reviewer_id TEXT REFERENCES proof_reviewer (id),  -- somebody outside
    page BIGINT,                   -- none: it is about the whole
    x BIGINT,                      -- ten-thousandths of the width, from the left
    y BIGINT,                      -- and of the height, from the top
    body TEXT NOT NULL,
    said_at BIGINT NOT NULL,
    resolved_at BIGINT,
    resolved_by TEXT               -- name
);
CREATE INDEX proof_comment_of ON proof_comment (proof_id, id);

-- What was decided stays as it was; the newest of a reviewer counts.
CREATE TABLE proof_decision (
    id TEXT PRIMARY KEY,
    proof_id TEXT NOT NULL REFERENCES proof (id),
    reviewer_id TEXT NOT NULL REFERENCES proof_reviewer (id),
    file_id TEXT NOT NULL REFERENCES proof_file (id),
    sha256 TEXT NOT NULL,          -- of the bytes that were decided on
    verdict TEXT NOT NULL,         -- approved | changes | rejected
    note TEXT NOT NULL,
    decided_at BIGINT NOT NULL
);
CREATE INDEX proof_decision_of ON proof_decision (proof_id, id);
