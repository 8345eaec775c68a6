-- One index over everything that can be found. A thing is a bag of words, by
-- number; the words are made by the program (`search::words`), so both
-- databases find the same. What somebody must be to see a thing is a word of
-- its bag, too.
DROP TABLE search_item;

CREATE VIRTUAL TABLE search_request USING fts5 (
    words, content = '', contentless_delete = 1, detail = none,
    tokenize = "unicode61 remove_diacritics 0 tokenchars '_:'"
);
CREATE VIRTUAL TABLE search_words USING fts5 (
    words, content = '', contentless_delete = 1, detail = none,
    tokenize = "unicode61 remove_diacritics 0 tokenchars '_:'"
);

CREATE TABLE search_document (
    n BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,            -- search::Kind
    object_id TEXT NOT NULL,
    language TEXT NOT NULL,        -- en, de; empty: any
    title TEXT NOT NULL,
    body TEXT NOT NULL,            -- plain text, for snippets
    changed_at BIGINT NOT NULL,
    UNIQUE (kind, object_id)
);

-- The words that occur anywhere, to complete what is typed and to forgive
-- slips. Nobody is shown one that is not in something they may read.
CREATE TABLE search_term (
    term TEXT PRIMARY KEY,
    tail TEXT NOT NULL,            -- its last three letters
    size BIGINT NOT NULL           -- in letters
) WITHOUT ROWID;
CREATE INDEX search_term_tail ON search_term (tail, size, term);

-- Words that are new since the list above was last brought up to date.
CREATE TABLE search_new_term (term TEXT NOT NULL);
