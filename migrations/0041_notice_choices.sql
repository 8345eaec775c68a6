-- When and how people are told by mail: a way for each kind of news, a time for
-- the daily summary, quiet hours. Messages that leave together name the first.

CREATE TABLE notice_choice (
    person_id TEXT NOT NULL REFERENCES person (id),
    topic TEXT NOT NULL,           -- waits | said | promise | ends | progress | faults | around
    way TEXT NOT NULL,             -- now | daily | never
    PRIMARY KEY (person_id, topic)
);

CREATE TABLE notice_rhythm (
    person_id TEXT PRIMARY KEY REFERENCES person (id),
    digest_at BIGINT NOT NULL,     -- minutes after midnight, where the person is
    quiet_from BIGINT,             -- the same; null without quiet hours
    quiet_until BIGINT,
    quiet_weekends BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

ALTER TABLE mail_out ADD COLUMN digest BIGINT NOT NULL DEFAULT 0; -- 1: leaves in a summary
ALTER TABLE mail_out ADD COLUMN bundle_id TEXT; -- the message that it left in
CREATE INDEX mail_out_bundle ON mail_out (bundle_id) WHERE bundle_id IS NOT NULL;
CREATE INDEX mail_out_person ON mail_out (person_id, state, not_before);

INSERT INTO notice_choice (person_id, topic, way)
SELECT c.person_id, t.topic, 'never' FROM mail_choice c
JOIN (SELECT 'waits' AS topic UNION ALL SELECT 'said' UNION ALL SELECT 'promise'
    UNION ALL SELECT 'ends' UNION ALL SELECT 'progress' UNION ALL SELECT 'faults'
    UNION ALL SELECT 'around') t ON c.notices = 'none' OR (c.notices = 'mine' AND t.topic = 'progress');
DROP TABLE mail_choice;
