-- What an endpoint understands: the event as data, or a message of a chat program.
ALTER TABLE webhook ADD COLUMN look TEXT NOT NULL DEFAULT 'data'; -- data | slack | teams | mattermost
