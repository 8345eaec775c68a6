-- What was looked for in vain: the words alone, not who looked. Forgotten
-- ninety days after the last time.
CREATE TABLE search_unmet (
    place TEXT NOT NULL,           -- search | glossary
    words TEXT NOT NULL,           -- lower case, sorted out of numbers and addresses
    language TEXT NOT NULL,
    times BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    settled_at BIGINT,             -- somebody made what was missing, or waved it off
    PRIMARY KEY (place, words, language)
);
CREATE INDEX search_unmet_last ON search_unmet (last_at);

-- The text inside files, by the hash of their bytes.
CREATE TABLE file_text (
    sha256 TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    problem TEXT NOT NULL,         -- why there is none; empty when there is
    read_at BIGINT NOT NULL
);

-- Words that marketing and IT may understand differently.
CREATE TABLE glossary_term (
    id TEXT PRIMARY KEY,
    term TEXT NOT NULL,
    language TEXT NOT NULL,        -- en | de
    means TEXT NOT NULL,           -- as marketing understands it, Markdown
    it_term TEXT NOT NULL,         -- what IT says instead; may be empty
    it_means TEXT NOT NULL,        -- as IT understands it, Markdown
    synonyms TEXT NOT NULL,        -- JSON list
    related TEXT NOT NULL,         -- JSON list of ids
    owner_id TEXT REFERENCES person (id),
    practice TEXT,                 -- key of the practice it came with
    pack TEXT,                     -- JSON: as the practice had it, to compare on upgrade
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    retired_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX glossary_term_practice ON glossary_term (practice);
