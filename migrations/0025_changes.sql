-- What is known of a change beyond its work item, and the meetings that decide.

-- Which kind of change the orders of a service are, as a lead said. A service
-- that is called standard here is approved beforehand.
CREATE TABLE change_service (
    service_id TEXT PRIMARY KEY REFERENCES service (id),
    type TEXT NOT NULL,            -- changes::rules::Type
    set_by TEXT NOT NULL REFERENCES person (id),
    set_at BIGINT NOT NULL
);

CREATE TABLE change_record (
    item_id TEXT PRIMARY KEY REFERENCES work_item (id),
    type TEXT NOT NULL,            -- changes::rules::Type
    reason TEXT NOT NULL,          -- why it cannot wait; emergencies
    answers TEXT NOT NULL,         -- JSON: question -> answer keys; what is missing comes from the order
    touches TEXT NOT NULL,         -- JSON list of kind:id, the same as its calendar entry's
    plan TEXT NOT NULL,            -- Markdown, as the two below
    back_out TEXT NOT NULL,
    test TEXT NOT NULL,
    outcome TEXT,                  -- changes::rules::Outcome
    happened TEXT NOT NULL,        -- Markdown
    followed TEXT,                 -- yes | partly | no: whether the plan was followed
    reviewed_by TEXT REFERENCES person (id),
    reviewed_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- Work that came of looking back at a change.
CREATE TABLE change_action (
    item_id TEXT NOT NULL REFERENCES work_item (id),
    work_id TEXT NOT NULL REFERENCES work_item (id),
    due_on TEXT,                   -- a day
    created_at BIGINT NOT NULL,
    PRIMARY KEY (item_id, work_id)
);

CREATE TABLE meeting_series (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    team_id TEXT NOT NULL REFERENCES team (id),
    scope TEXT NOT NULL,           -- team: changes of its services; all
    every TEXT NOT NULL,           -- week | fortnight | month
    weekday BIGINT NOT NULL,       -- 1 Monday to 7 Sunday
    nth BIGINT NOT NULL,           -- of the month: 1 to 4, 5 the last
    first_on TEXT NOT NULL,        -- a day: none before it, fortnights count from it
    clock TEXT NOT NULL,           -- 10:00, as the clocks of the zone show it
    minutes BIGINT NOT NULL,
    zone TEXT NOT NULL,
    place TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    archived_at BIGINT,
    version BIGINT NOT NULL
);

CREATE TABLE meeting_member (
    series_id TEXT NOT NULL REFERENCES meeting_series (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    since BIGINT NOT NULL,
    PRIMARY KEY (series_id, person_id)
);
CREATE INDEX meeting_member_person ON meeting_member (person_id);

CREATE TABLE meeting (
    id TEXT PRIMARY KEY,
    series_id TEXT NOT NULL REFERENCES meeting_series (id),
    number BIGINT NOT NULL,        -- within the series, from 1
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    minutes TEXT NOT NULL,         -- Markdown
    published_at BIGINT,           -- immutable from then on but for addenda
    published_by TEXT REFERENCES person (id),
    reminded_at BIGINT,            -- members were told a day before
    cancelled_at BIGINT,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE (series_id, number)
);
CREATE INDEX meeting_starts ON meeting (starts_at, id);

-- A point of an agenda.
CREATE TABLE meeting_point (
    id TEXT PRIMARY KEY,
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,            -- change | review | own
    item_id TEXT REFERENCES work_item (id),
    title TEXT NOT NULL,           -- of one's own points
    note TEXT NOT NULL,
    decision TEXT,                 -- meetings::model::Decision; changes only
    words TEXT NOT NULL,           -- conditions, or why
    decided_by TEXT REFERENCES person (id),
    decided_at BIGINT,
    by_hand_at BIGINT,             -- put there by somebody, so it stays
    removed_at BIGINT,
    UNIQUE (meeting_id, kind, item_id)
);
CREATE INDEX meeting_point_item ON meeting_point (item_id, decided_at) WHERE item_id IS NOT NULL;

CREATE TABLE meeting_attendance (
    id TEXT PRIMARY KEY,
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    person_id TEXT REFERENCES person (id), -- NULL: a guest without an account
    name TEXT NOT NULL,            -- of a guest
    state TEXT NOT NULL,           -- present | excused | absent | guest
    UNIQUE (meeting_id, person_id)
);

CREATE TABLE meeting_addendum (
    id TEXT PRIMARY KEY,
    meeting_id TEXT NOT NULL REFERENCES meeting (id),
    author_id TEXT NOT NULL REFERENCES person (id),
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX meeting_addendum_meeting ON meeting_addendum (meeting_id, created_at);
