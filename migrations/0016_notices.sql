-- What people are told of things that are not requests: a text and where it leads.
ALTER TABLE notification ADD COLUMN title TEXT;
ALTER TABLE notification ADD COLUMN href TEXT;
