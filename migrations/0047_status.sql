-- The status page: what can break, whom that concerns, and who wants to hear of
-- it. Announcements: what is said to whom, when, and how it went on.

CREATE TABLE status_component (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    note TEXT NOT NULL,            -- one line
    public BIGINT NOT NULL,        -- 1: shown to people without an account
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    version BIGINT NOT NULL
);

CREATE TABLE status_component_service (
    component_id TEXT NOT NULL REFERENCES status_component (id),
    service_id TEXT NOT NULL REFERENCES service (id),
    PRIMARY KEY (component_id, service_id)
);
CREATE INDEX status_of_service ON status_component_service (service_id);

CREATE TABLE announcement (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,            -- announcements::model::Kind
    title TEXT NOT NULL,
    body TEXT NOT NULL,            -- Markdown; what was said first
    audience TEXT NOT NULL,        -- public | everyone | staff | partners | groups
    first_state TEXT,              -- announcements::model::State
    state TEXT,
    from_at BIGINT,                -- when it began, or will
    to_at BIGINT,                  -- when it is meant to be over
    publish_at BIGINT,             -- NULL: a draft
    ends_at BIGINT,                -- not shown as news after this
    banner BIGINT NOT NULL,        -- 1: on top of portal pages
    page BIGINT NOT NULL,          -- 1: on the status page
    feed BIGINT NOT NULL,          -- 1: in the feeds, if public
    mail TEXT NOT NULL,            -- none | subscribers | everyone
    item_id TEXT REFERENCES work_item (id),       -- the incident or change it is about
    calendar_id TEXT REFERENCES calendar_entry (id),
    author_id TEXT NOT NULL REFERENCES person (id),
    next_update_at BIGINT,
    reminded_at BIGINT,            -- that the next update or the end is overdue
    ended_at BIGINT,               -- resolved, completed or cancelled
    withdrawn_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX announcement_published ON announcement (publish_at, id) WHERE withdrawn_at IS NULL;
CREATE INDEX announcement_open ON announcement (publish_at)
    WHERE withdrawn_at IS NULL AND ended_at IS NULL;
CREATE INDEX announcement_item ON announcement (item_id) WHERE item_id IS NOT NULL;
CREATE INDEX announcement_made ON announcement (id) WHERE withdrawn_at IS NULL;

-- For whom it is, when it is for departments and teams.
CREATE TABLE announcement_group (
    announcement_id TEXT NOT NULL REFERENCES announcement (id),
    kind TEXT NOT NULL,            -- department | team
    group_id TEXT NOT NULL,
    PRIMARY KEY (announcement_id, kind, group_id)
);

-- How badly a component was hit, and from when to when.
CREATE TABLE announcement_effect (
    id TEXT PRIMARY KEY,
    announcement_id TEXT NOT NULL REFERENCES announcement (id),
    component_id TEXT NOT NULL REFERENCES status_component (id),
    effect TEXT NOT NULL,          -- maintenance | degraded | partial | down
    since BIGINT NOT NULL,
    until BIGINT                   -- NULL: still
);
CREATE INDEX announcement_effect_of ON announcement_effect (announcement_id, component_id);
CREATE INDEX announcement_effect_when ON announcement_effect (component_id, since);

-- How it went on. Nothing is changed or taken away here.
CREATE TABLE announcement_update (
    id TEXT PRIMARY KEY,
    announcement_id TEXT NOT NULL REFERENCES announcement (id),
    state TEXT,
    body TEXT NOT NULL,            -- Markdown
    author_id TEXT REFERENCES person (id), -- NULL: by itself
    created_at BIGINT NOT NULL
);
CREATE INDEX announcement_update_of ON announcement_update (announcement_id, id);

-- Who closed which banner.
CREATE TABLE announcement_closed (
    announcement_id TEXT NOT NULL REFERENCES announcement (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (announcement_id, person_id)
);

-- What subscribers are still to be told.
CREATE TABLE announcement_telling (
    id TEXT PRIMARY KEY,
    announcement_id TEXT NOT NULL REFERENCES announcement (id),
    update_id TEXT REFERENCES announcement_update (id), -- NULL: that it was published
    due_at BIGINT NOT NULL,
    event_id TEXT,                 -- made when the first is told
    done_at BIGINT
);
CREATE INDEX announcement_telling_due ON announcement_telling (due_at) WHERE done_at IS NULL;
CREATE UNIQUE INDEX announcement_telling_event ON announcement_telling (event_id);

-- Texts of one's own to begin with.
CREATE TABLE announcement_wording (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    author_id TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL
);

-- Who wants to hear: people who sign in, and addresses that were confirmed.
CREATE TABLE status_subscriber (
    id TEXT PRIMARY KEY,
    email TEXT UNIQUE,             -- lower case; of people without an account
    person_id TEXT UNIQUE REFERENCES person (id),
    lang TEXT NOT NULL,
    everything BIGINT NOT NULL,    -- 1: every component
    quiet BIGINT NOT NULL,         -- 1: no announcements to everyone either
    created_at BIGINT NOT NULL
);

CREATE TABLE status_subscriber_component (
    subscriber_id TEXT NOT NULL REFERENCES status_subscriber (id),
    component_id TEXT NOT NULL REFERENCES status_component (id),
    PRIMARY KEY (subscriber_id, component_id)
);
CREATE INDEX status_subscriber_of ON status_subscriber_component (component_id);

-- Addresses that somebody typed and nobody confirmed yet.
CREATE TABLE status_wish (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,           -- lower case
    lang TEXT NOT NULL,
    components TEXT NOT NULL,      -- JSON list of ids; empty: every component
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    refused_at BIGINT              -- whoever reads it wants no more of these
);
CREATE INDEX status_wish_email ON status_wish (email, created_at);
CREATE INDEX status_wish_made ON status_wish (created_at);
