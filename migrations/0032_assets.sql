-- The asset library: what the organisation looks like, as files, and who may
-- use them where and for how long.

CREATE TABLE asset (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,     -- says what it shows to who cannot see it
    kind TEXT NOT NULL,            -- assets::model::Kind
    guide TEXT NOT NULL,           -- "use it right": a line each; one with a dash in front is a don't
    campaign TEXT NOT NULL,        -- by name; empty: none
    people TEXT NOT NULL,          -- assets::model::People: who is to be seen
    audience TEXT NOT NULL,        -- agents | everyone | public
    originals TEXT NOT NULL,       -- agents | everyone: who gets the file as it was uploaded
    owner_id TEXT NOT NULL REFERENCES person (id),
    version_id TEXT,               -- the current asset_version; none while the first is written
    format TEXT NOT NULL,          -- of the current version: PNG, SVG, PDF, …
    orientation TEXT NOT NULL,     -- landscape | portrait | square | empty
    downloads BIGINT NOT NULL,
    licence TEXT NOT NULL,         -- assets::rights::Licence
    licence_note TEXT NOT NULL,
    credit TEXT NOT NULL,          -- who has to be named
    consent TEXT NOT NULL,         -- assets::rights::Consent
    territories TEXT NOT NULL,     -- JSON list; empty: everywhere
    channels TEXT NOT NULL,        -- JSON list of assets::rights::Channel; empty: all
    embargo_until TEXT,            -- day; not before
    expires_on TEXT,               -- day; the last on which it may be downloaded
    warned_on TEXT,                -- the expires_on about which the owner was warned
    created_by TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    version BIGINT NOT NULL        -- against writing over each other
);
CREATE INDEX asset_used ON asset (downloads, id) WHERE archived_at IS NULL;
CREATE INDEX asset_expires ON asset (expires_on) WHERE archived_at IS NULL AND expires_on IS NOT NULL;

-- The files of an asset. They never change; a new file is a new version.
CREATE TABLE asset_version (
    id TEXT PRIMARY KEY,
    asset_id TEXT NOT NULL REFERENCES asset (id),
    number BIGINT NOT NULL,
    name TEXT NOT NULL,            -- file name
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,          -- names the blob
    note TEXT NOT NULL,            -- what is new
    width BIGINT,                  -- as one sees it, after EXIF orientation
    height BIGINT,
    look TEXT,                     -- perceptual hash, 16 hexadecimal digits
    meta TEXT NOT NULL,            -- JSON: what EXIF, IPTC and XMP say
    state TEXT NOT NULL,           -- waiting | ready | plain | failed
    problem TEXT NOT NULL,         -- why it failed
    uploaded_by TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX asset_version_number ON asset_version (asset_id, number);
CREATE INDEX asset_version_sha ON asset_version (sha256);

-- Sizes to offer. Leads add their own.
CREATE TABLE asset_preset (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,            -- of one's own: as typed; of ours: English, translated on the page
    channel TEXT NOT NULL,         -- assets::rights::Channel that it is for; empty: only for our pages
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    fit TEXT NOT NULL,             -- inside | crop
    format TEXT NOT NULL,          -- auto | png | jpeg
    quality BIGINT NOT NULL,       -- of JPEG, 1 to 100
    position BIGINT NOT NULL,
    custom_at BIGINT,              -- made by a lead
    removed_at BIGINT
);
INSERT INTO asset_preset (key, name, channel, width, height, fit, format, quality, position) VALUES
    ('thumb', 'Thumbnail', '', 480, 360, 'inside', 'auto', 82, 1),
    ('preview', 'Preview', '', 1600, 1200, 'inside', 'auto', 82, 2),
    ('slides', 'For Word and slides', 'slides', 1920, 1920, 'inside', 'auto', 90, 3),
    ('web', 'For the web', 'web', 1600, 1600, 'inside', 'auto', 85, 4),
    ('square', 'Square, for profiles', 'social', 1080, 1080, 'crop', 'auto', 88, 5),
    ('print', 'For print', 'print', 10000, 10000, 'inside', 'auto', 95, 6);

-- What was made of a version.
CREATE TABLE asset_rendition (
    version_id TEXT NOT NULL REFERENCES asset_version (id),
    preset TEXT NOT NULL,          -- key of the preset, or svg: the drawing without what could run
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (version_id, preset)
);
CREATE INDEX asset_rendition_sha ON asset_rendition (sha256);

-- Work in the background: claimed with a lease, tried again, at last left for a person.
CREATE TABLE asset_job (
    id TEXT PRIMARY KEY,
    version_id TEXT NOT NULL UNIQUE REFERENCES asset_version (id),
    attempts BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,  -- 0: nobody works on it
    lease TEXT NOT NULL,           -- who works on it
    last_error TEXT NOT NULL,
    dead_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX asset_job_due ON asset_job (not_before) WHERE dead_at IS NULL;

CREATE TABLE asset_tag (
    asset_id TEXT NOT NULL REFERENCES asset (id),
    tag TEXT NOT NULL,             -- lower case
    PRIMARY KEY (asset_id, tag)
);
CREATE INDEX asset_tag_tag ON asset_tag (tag);

-- The words by which it is found, folded.
CREATE TABLE asset_word (
    word TEXT NOT NULL,
    asset_id TEXT NOT NULL REFERENCES asset (id),
    PRIMARY KEY (word, asset_id)
);
CREATE INDEX asset_word_asset ON asset_word (asset_id);

CREATE TABLE asset_collection (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    audience TEXT NOT NULL,        -- agents | everyone | public
    created_by TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    archived_at BIGINT,
    version BIGINT NOT NULL
);

CREATE TABLE asset_in_collection (
    collection_id TEXT NOT NULL REFERENCES asset_collection (id),
    asset_id TEXT NOT NULL REFERENCES asset (id),
    added_at BIGINT NOT NULL,
    PRIMARY KEY (collection_id, asset_id)
);
CREATE INDEX asset_in_collection_asset ON asset_in_collection (asset_id);

-- Where it is used: something of ours, or an address somewhere.
CREATE TABLE asset_use (
    id TEXT PRIMARY KEY,
    asset_id TEXT NOT NULL REFERENCES asset (id),
    kind TEXT NOT NULL,            -- request | service | campaign | article | address
    target_id TEXT,                -- of a request or service
    label TEXT NOT NULL,
    url TEXT NOT NULL,
    created_by TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX asset_use_asset ON asset_use (asset_id);

CREATE TABLE asset_share (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,           -- for whom
    asset_id TEXT REFERENCES asset (id),
    collection_id TEXT REFERENCES asset_collection (id),
    password_hash TEXT,
    originals_at BIGINT,           -- the files as uploaded may be taken, too
    most_downloads BIGINT,
    downloads BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_by TEXT NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX asset_share_asset ON asset_share (asset_id);

-- Every download: who, when, which version, what for.
CREATE TABLE asset_download (
    id TEXT PRIMARY KEY,
    asset_id TEXT NOT NULL REFERENCES asset (id),
    version_id TEXT NOT NULL REFERENCES asset_version (id),
    preset TEXT NOT NULL,          -- original, or what was made of it
    channel TEXT NOT NULL,         -- what it was taken for
    person_id TEXT REFERENCES person (id),
    share_id TEXT REFERENCES asset_share (id), -- by somebody with a link
    at BIGINT NOT NULL
);
CREATE INDEX asset_download_asset ON asset_download (asset_id, at);
CREATE INDEX asset_download_share ON asset_download (share_id, at) WHERE share_id IS NOT NULL;

-- Uploads under way (tus 1.0). What `received` says is on disk.
CREATE TABLE asset_upload (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    received BIGINT NOT NULL,
    state TEXT NOT NULL,           -- of the hash over what was received, hexadecimal
    sha256 TEXT,                   -- once it is whole
    created_at BIGINT NOT NULL,
    touched_at BIGINT NOT NULL
);
CREATE INDEX asset_upload_person ON asset_upload (person_id);
CREATE INDEX asset_upload_touched ON asset_upload (touched_at);
CREATE INDEX asset_upload_sha ON asset_upload (sha256) WHERE sha256 IS NOT NULL;
