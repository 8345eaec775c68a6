-- Words of work items, by number. Internal notes have a column of their own,
-- so that they never lead somebody to a request who may not read them.
CREATE TABLE search_item (
    number BIGINT PRIMARY KEY,
    public_text TSVECTOR NOT NULL,
    internal_text TSVECTOR NOT NULL
);
CREATE INDEX search_item_public ON search_item USING gin (public_text);
CREATE INDEX search_item_all ON search_item USING gin ((public_text || internal_text));
