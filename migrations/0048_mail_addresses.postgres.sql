-- Messages also go to addresses without an account, which asked for them.
ALTER TABLE mail_out ALTER COLUMN person_id DROP NOT NULL;
ALTER TABLE mail_out ADD COLUMN subscriber_id TEXT;
CREATE INDEX mail_out_subscriber ON mail_out (event_id, subscriber_id) WHERE subscriber_id IS NOT NULL;
