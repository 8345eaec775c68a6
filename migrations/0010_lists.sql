-- Orders and filters of the workspace's lists that had no index yet.
CREATE INDEX work_open_waiting ON work_item (deliver_by, id) WHERE closed_at IS NULL AND waiting IS NOT NULL;
CREATE INDEX work_open_number ON work_item (number, id) WHERE closed_at IS NULL;
CREATE INDEX work_open_priority ON work_item (priority, id) WHERE closed_at IS NULL;
CREATE INDEX work_open_process ON work_item (process_id, stage, deliver_by, id) WHERE closed_at IS NULL;
CREATE INDEX work_closed_stage ON work_item (process_id, closed_at, id) WHERE closed_at IS NOT NULL;
