-- Timers of stages, and orders that are placed once however often a button is pressed.

-- The timers that went off in the present visit of the stage: JSON list of keys.
ALTER TABLE work_item ADD COLUMN timers TEXT NOT NULL DEFAULT '[]';
-- When the next timer wants to be looked at.
ALTER TABLE work_item ADD COLUMN timer_at BIGINT;
CREATE INDEX work_timer ON work_item (timer_at) WHERE timer_at IS NOT NULL;

-- The key of the form that placed an order, with who sent it and what.
ALTER TABLE service_order ADD COLUMN form_key TEXT;
CREATE UNIQUE INDEX service_order_form ON service_order (form_key) WHERE form_key IS NOT NULL;
