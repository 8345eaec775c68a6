-- Mail: addresses that turn into requests, what came in, what goes out, and the
-- links in it. The raw bytes of what came in lie in the blob store.

CREATE TABLE mailbox (
    id TEXT PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,  -- lower case
    name TEXT NOT NULL,            -- as people who get mail from it see it
    service_id TEXT NOT NULL REFERENCES service (id), -- what a new message becomes
    strangers TEXT NOT NULL,       -- join | hold | reject
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    version BIGINT NOT NULL
);

CREATE TABLE mail_in (
    id TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,          -- names the raw message
    size BIGINT NOT NULL,
    via TEXT NOT NULL,             -- pipe | lmtp | smtp | imap | api
    envelope_from TEXT,
    envelope_to TEXT NOT NULL,     -- JSON list of addresses
    state TEXT NOT NULL,           -- new | taken | aside | held | repeat | refused | discarded
    reason TEXT,                   -- why it is not taken
    detail TEXT,
    attempts BIGINT NOT NULL,
    claimed_at BIGINT,
    dedupe TEXT UNIQUE,            -- message id and content; only of the first of its kind
    message_id TEXT,
    sender TEXT,                   -- address
    sender_name TEXT,
    subject TEXT,
    kind TEXT,                     -- mil_mail::Kind
    mailbox_id TEXT REFERENCES mailbox (id),
    person_id TEXT REFERENCES person (id),
    item_id TEXT REFERENCES work_item (id),
    comment_id TEXT REFERENCES comment (id),
    began BIGINT NOT NULL,         -- 1: it became a request of its own
    received_at BIGINT NOT NULL,
    handled_at BIGINT,
    handled_by TEXT REFERENCES person (id)
);
CREATE INDEX mail_in_state ON mail_in (state, id);
CREATE INDEX mail_in_sender ON mail_in (sender, received_at);
CREATE INDEX mail_in_message ON mail_in (message_id);
CREATE INDEX mail_in_item ON mail_in (item_id, id) WHERE item_id IS NOT NULL;
CREATE INDEX mail_in_comment ON mail_in (comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX mail_in_sha ON mail_in (sha256);

CREATE TABLE mail_out (
    id TEXT PRIMARY KEY,
    message_id TEXT NOT NULL UNIQUE, -- without angle brackets
    event_id TEXT NOT NULL,        -- what it tells about
    item_id TEXT REFERENCES work_item (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    reason TEXT NOT NULL,          -- as in notification, or received | test
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
    UNIQUE (event_id, person_id)
);
CREATE INDEX mail_out_waiting ON mail_out (not_before, id) WHERE state = 'waiting';
CREATE INDEX mail_out_state ON mail_out (state, id);
CREATE INDEX mail_out_item ON mail_out (item_id, person_id);

CREATE TABLE mail_link (
    token_hash TEXT PRIMARY KEY,
    mail_id TEXT NOT NULL REFERENCES mail_out (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    item_id TEXT NOT NULL REFERENCES work_item (id),
    deed TEXT NOT NULL,            -- approve | decide | answer | rate
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX mail_link_mail ON mail_link (mail_id);

CREATE TABLE mail_choice (
    person_id TEXT PRIMARY KEY REFERENCES person (id),
    notices TEXT NOT NULL,         -- all | mine | none
    updated_at BIGINT NOT NULL
);
