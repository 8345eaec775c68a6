-- What can be ordered, by whom, through which stages, by when.

CREATE TABLE category (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    icon TEXT NOT NULL,
    position BIGINT NOT NULL,
    archived_at BIGINT
);

CREATE TABLE calendar (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    definition TEXT NOT NULL,      -- mil_sla::CalendarDef
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    version BIGINT NOT NULL
);

-- A promise policy: targets by priority on a calendar, and its escalations.
CREATE TABLE promise (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    calendar_id TEXT NOT NULL REFERENCES calendar (id),
    definition TEXT NOT NULL,      -- catalog::model::PromiseDef
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    version BIGINT NOT NULL
);

CREATE TABLE process (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    current_version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    version BIGINT NOT NULL
);

-- Running requests keep the version they started with, so rows never change.
CREATE TABLE process_version (
    process_id TEXT NOT NULL REFERENCES process (id),
    version BIGINT NOT NULL,
    definition TEXT NOT NULL,      -- mil_process::ProcessDef
    created_at BIGINT NOT NULL,
    PRIMARY KEY (process_id, version)
);

CREATE TABLE service (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,            -- what its work items are: request incident problem change
    category_id TEXT NOT NULL REFERENCES category (id),
    icon TEXT NOT NULL,
    summary TEXT NOT NULL,
    instructions TEXT NOT NULL,    -- Markdown
    keywords TEXT NOT NULL,        -- other words people look for
    audience TEXT NOT NULL,        -- catalog::model::Audience
    price_minor BIGINT,            -- cents; NULL is free
    price_note TEXT,
    team_id TEXT NOT NULL REFERENCES team (id),
    process_id TEXT NOT NULL REFERENCES process (id),
    promise_id TEXT NOT NULL REFERENCES promise (id),
    form_version BIGINT NOT NULL,
    position BIGINT NOT NULL,
    published_at BIGINT,
    retired_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX service_category ON service (category_id, position);

CREATE TABLE service_form (
    service_id TEXT NOT NULL REFERENCES service (id),
    version BIGINT NOT NULL,
    definition TEXT NOT NULL,      -- mil_process::FormDef
    created_at BIGINT NOT NULL,
    PRIMARY KEY (service_id, version)
);

-- A cart line keeps what was typed, as typed; it is checked again on ordering.
CREATE TABLE cart_line (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    service_id TEXT NOT NULL REFERENCES service (id),
    form_version BIGINT NOT NULL,
    title TEXT NOT NULL,           -- what to call it; may be empty
    raw TEXT NOT NULL,             -- JSON, mil_process::Raw
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    removed_at BIGINT              -- taken out, and can be put back for a while
);
CREATE INDEX cart_line_person ON cart_line (person_id, created_at);

-- Half-written forms and comments, one per person and place.
CREATE TABLE draft (
    person_id TEXT NOT NULL REFERENCES person (id),
    place TEXT NOT NULL,           -- e.g. service:ID, comment:ITEM
    body TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, place)
);
