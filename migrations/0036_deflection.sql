-- Requests that nobody had to make: who said that which answer solved it. Once
-- for a person, a thing and a day.
CREATE TABLE solved (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,            -- search::Kind
    object_id TEXT NOT NULL,
    service_id TEXT REFERENCES service (id), -- what they were about to order
    day TEXT NOT NULL,             -- in the organisation's zone
    at BIGINT NOT NULL,
    after_seconds BIGINT,          -- since it was first offered to them that day
    taken_back_at BIGINT,
    UNIQUE (person_id, kind, object_id, day)
);
CREATE INDEX solved_at ON solved (at);

-- Which answers were shown beside a form, to see which of them do not help.
-- Forgotten after a year.
CREATE TABLE answer_offered (
    person_id TEXT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    service_id TEXT NOT NULL,      -- empty: they asked without a service
    day TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, kind, object_id, service_id, day)
);
CREATE INDEX answer_offered_first ON answer_offered (first_at);

-- Files whose text waits to be read, and what they are called.
ALTER TABLE file_text ADD COLUMN name TEXT NOT NULL DEFAULT '';
CREATE INDEX file_text_waiting ON file_text (sha256) WHERE problem = 'waiting';
