-- Who works here, how they sign in, and the organisation's own settings.
-- Ids are UUIDv7 text, instants are microseconds UTC.

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,          -- JSON
    updated_at BIGINT NOT NULL
);

-- Gapless numbers that people read out loud (requests, orders).
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('item', 1000);
INSERT INTO counter (name, value) VALUES ('order', 100);

CREATE TABLE department (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    archived_at BIGINT
);

CREATE TABLE person (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,    -- lower case
    name TEXT NOT NULL,
    role TEXT NOT NULL,            -- policy.rs: Role
    title TEXT,
    department_id TEXT REFERENCES department (id),
    manager_id TEXT REFERENCES person (id), -- whom they report to
    lang TEXT,                     -- en | de; NULL follows the browser
    zone TEXT,                     -- IANA name; NULL follows the organisation
    date_style TEXT,               -- NULL follows the language
    theme TEXT,                    -- light | dark; NULL follows the device
    keys_off_at BIGINT,            -- single-key shortcuts switched off (WCAG 2.1.4)
    password_hash TEXT,            -- argon2id, PHC string
    totp_secret TEXT,
    totp_enabled_at BIGINT,
    totp_last_step BIGINT,         -- a code works once (RFC 6238, 5.2)
    recovery_codes TEXT,           -- JSON list of hashes
    disabled_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX person_name ON person (name, id);
CREATE INDEX person_department ON person (department_id);

-- A team fulfils requests; a group only says who belongs together (audiences).
CREATE TABLE team (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,            -- team | group
    name TEXT NOT NULL,
    purpose TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    version BIGINT NOT NULL
);

CREATE TABLE team_member (
    team_id TEXT NOT NULL REFERENCES team (id),
    person_id TEXT NOT NULL REFERENCES person (id),
    leads_since BIGINT,
    PRIMARY KEY (team_id, person_id)
);
CREATE INDEX team_member_person ON team_member (person_id);

-- Only hashes of secrets are kept: a copy of the database opens no door.
CREATE TABLE session (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    person_id TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ip TEXT,
    agent TEXT,
    revoked_at BIGINT
);
CREATE INDEX session_person ON session (person_id);

CREATE TABLE api_token (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    person_id TEXT NOT NULL REFERENCES person (id),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,          -- JSON list: read, write, admin
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_token_person ON api_token (person_id);

-- Invitations and password resets.
CREATE TABLE one_time_link (
    token_hash TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    purpose TEXT NOT NULL,         -- invite | reset
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
