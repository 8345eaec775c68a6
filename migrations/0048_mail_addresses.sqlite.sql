-- Messages also go to addresses without an account, which asked for them. SQLite
-- cannot take NOT NULL from a column, so the table is made anew; what points at
-- it is set aside meanwhile.
CREATE TABLE kept_mail_link AS SELECT * FROM mail_link;
DELETE FROM mail_link;
CREATE TABLE kept_mail_out AS SELECT * FROM mail_out;
DROP TABLE mail_out;

CREATE TABLE mail_out (
    id TEXT PRIMARY KEY,
    message_id TEXT NOT NULL UNIQUE, -- without angle brackets
    event_id TEXT NOT NULL,        -- what it tells about
    item_id TEXT REFERENCES work_item (id),
    person_id TEXT REFERENCES person (id), -- NULL: somebody without an account
    reason TEXT NOT NULL,          -- as in notification, or received | test | status | confirm
    internal BIGINT NOT NULL,      -- 1: about something that only agents read
    title TEXT,                    -- of a thing that is no request, and where it is
    href TEXT,
    answers TEXT,                  -- message id of what it answers
    state TEXT NOT NULL,           -- waiting | sent | dead | withheld | bounced
    attempts BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    claimed_at BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    digest BIGINT NOT NULL DEFAULT 0, -- 1: leaves in a summary
    bundle_id TEXT,                -- the message that it left in
    subscriber_id TEXT,
    UNIQUE (event_id, person_id)
);
INSERT INTO mail_out (id, message_id, event_id, item_id, person_id, reason, internal, title, href,
    answers, state, attempts, not_before, claimed_at, last_error, created_at, sent_at, digest, bundle_id)
SELECT id, message_id, event_id, item_id, person_id, reason, internal, title, href,
    answers, state, attempts, not_before, claimed_at, last_error, created_at, sent_at, digest, bundle_id
FROM kept_mail_out;
INSERT INTO mail_link SELECT * FROM kept_mail_link;
DROP TABLE kept_mail_link;
DROP TABLE kept_mail_out;

CREATE INDEX mail_out_waiting ON mail_out (not_before, id) WHERE state = 'waiting';
CREATE INDEX mail_out_state ON mail_out (state, id);
CREATE INDEX mail_out_item ON mail_out (item_id, person_id);
CREATE INDEX mail_out_bundle ON mail_out (bundle_id) WHERE bundle_id IS NOT NULL;
CREATE INDEX mail_out_person ON mail_out (person_id, state, not_before);
CREATE INDEX mail_out_subscriber ON mail_out (event_id, subscriber_id) WHERE subscriber_id IS NOT NULL;
