-- Words of work items. The row id is the item's number; the text itself is not
-- kept a second time. Internal notes have a column of their own, so that they
-- never lead somebody to a request who may not read them.
CREATE VIRTUAL TABLE search_item USING fts5 (
    public_text, internal_text,
    content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);
