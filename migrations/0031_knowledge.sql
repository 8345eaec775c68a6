-- The knowledge base: articles, their texts in each language, and what readers
-- say of them.

CREATE TABLE article_category (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    words TEXT NOT NULL UNIQUE,    -- the name in lower case: each once
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE article (
    id TEXT PRIMARY KEY,
    lang TEXT NOT NULL,            -- of the original: en | de
    audience TEXT NOT NULL,        -- knowledge::model::Audience
    category_id TEXT REFERENCES article_category (id),
    owner_id TEXT REFERENCES person (id),  -- who keeps it right
    author_id TEXT REFERENCES person (id), -- who began it; NULL: the command line
    item_id TEXT REFERENCES work_item (id), -- the request it was drawn from
    review_days BIGINT,            -- how often it is looked at again
    review_on TEXT,                -- the day by which it is
    checked_at BIGINT,             -- when its owner last said that it is right
    reminded_on TEXT,              -- the review day of which the owner was told
    published_at BIGINT,           -- when it first was published; NULL: drafts only
    expires_at BIGINT,             -- nobody but writers reads it from then on
    archived_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX article_updated ON article (updated_at, id);
CREATE INDEX article_published ON article (published_at, id) WHERE published_at IS NOT NULL;
CREATE INDEX article_review ON article (review_on, id) WHERE review_on IS NOT NULL;
CREATE INDEX article_category_of ON article (category_id);
CREATE INDEX article_item ON article (item_id) WHERE item_id IS NOT NULL;

-- Whose department an article with the audience "departments" is for.
CREATE TABLE article_department (
    article_id TEXT NOT NULL REFERENCES article (id),
    department_id TEXT NOT NULL REFERENCES department (id),
    PRIMARY KEY (article_id, department_id)
);
CREATE INDEX article_department_of ON article_department (department_id);

-- The text that is published, one a language.
CREATE TABLE article_text (
    article_id TEXT NOT NULL REFERENCES article (id),
    lang TEXT NOT NULL,
    number BIGINT NOT NULL,        -- of its article_version
    of_number BIGINT,              -- a translation: the version of the original that it says
    slug TEXT NOT NULL UNIQUE,     -- its address
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    body TEXT NOT NULL,            -- Markdown
    words TEXT NOT NULL,           -- lower case, to find it by
    published_at BIGINT NOT NULL,
    PRIMARY KEY (article_id, lang)
);

-- Addresses that an article had before: they lead to it for ever.
CREATE TABLE article_slug (
    slug TEXT PRIMARY KEY,
    article_id TEXT NOT NULL REFERENCES article (id),
    lang TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Every text that was ever published. Rows never change.
CREATE TABLE article_version (
    article_id TEXT NOT NULL REFERENCES article (id),
    lang TEXT NOT NULL,
    number BIGINT NOT NULL,
    of_number BIGINT,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    body TEXT NOT NULL,
    note TEXT NOT NULL,            -- what changed, in the author's words
    author_id TEXT REFERENCES person (id),
    approved_by TEXT REFERENCES person (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (article_id, lang, number)
);

-- What is written now, beside the text that is published.
CREATE TABLE article_draft (
    article_id TEXT NOT NULL REFERENCES article (id),
    lang TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    body TEXT NOT NULL,
    note TEXT NOT NULL,
    of_number BIGINT,
    author_id TEXT REFERENCES person (id),  -- who saved it last
    reviewer_id TEXT REFERENCES person (id), -- who is asked to approve it
    submitted_by TEXT REFERENCES person (id),
    submitted_at BIGINT,
    returned_note TEXT,            -- what the reviewer wants changed
    approved_by TEXT REFERENCES person (id),
    publish_at BIGINT,             -- approved, and published at this time
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (article_id, lang)
);
CREATE INDEX article_draft_reviewer ON article_draft (reviewer_id) WHERE submitted_at IS NOT NULL;
CREATE INDEX article_draft_due ON article_draft (publish_at) WHERE publish_at IS NOT NULL;

CREATE TABLE article_image (
    id TEXT PRIMARY KEY,
    article_id TEXT NOT NULL REFERENCES article (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    uploaded_by TEXT REFERENCES person (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX article_image_article ON article_image (article_id, id);
CREATE INDEX article_image_sha ON article_image (sha256);

CREATE TABLE article_service (
    article_id TEXT NOT NULL REFERENCES article (id),
    service_id TEXT NOT NULL REFERENCES service (id),
    PRIMARY KEY (article_id, service_id)
);
CREATE INDEX article_of_service ON article_service (service_id);

-- Related articles, both ways: the smaller id first.
CREATE TABLE article_relation (
    first_id TEXT NOT NULL REFERENCES article (id),
    second_id TEXT NOT NULL REFERENCES article (id),
    PRIMARY KEY (first_id, second_id)
);
CREATE INDEX article_relation_second ON article_relation (second_id);

-- "Did this solve it?", once per person and version.
CREATE TABLE article_feedback (
    article_id TEXT NOT NULL REFERENCES article (id),
    lang TEXT NOT NULL,
    number BIGINT NOT NULL,
    person_id TEXT NOT NULL REFERENCES person (id),
    solved_at BIGINT,              -- they said yes; NULL: they said no
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (article_id, lang, number, person_id)
);
CREATE INDEX article_feedback_person ON article_feedback (person_id);

CREATE TABLE article_comment (
    id TEXT PRIMARY KEY,
    article_id TEXT NOT NULL REFERENCES article (id),
    author_id TEXT NOT NULL REFERENCES person (id),
    body TEXT NOT NULL,            -- Markdown
    internal_at BIGINT,            -- for those who write articles only
    shown_at BIGINT,               -- other readers see it from then on
    hidden_at BIGINT,
    resolved_at BIGINT,
    resolved_by TEXT REFERENCES person (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX article_comment_article ON article_comment (article_id, id);
CREATE INDEX article_comment_open ON article_comment (created_at)
    WHERE resolved_at IS NULL AND hidden_at IS NULL;

-- What an import found and what became of it.
CREATE TABLE article_import (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    ledger TEXT NOT NULL,          -- JSON list of knowledge::ledger::Line
    person_id TEXT REFERENCES person (id),
    created_at BIGINT NOT NULL
);
