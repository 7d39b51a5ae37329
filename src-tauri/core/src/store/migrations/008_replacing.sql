-- A program that does not ask for the triggers of deleting replaces nothing of the history either.
CREATE TRIGGER entry_detail_never_replaced BEFORE INSERT ON entry_detail
WHEN EXISTS (SELECT 1 FROM entry_detail WHERE entry = NEW.entry)
BEGIN SELECT RAISE(ABORT, 'history_is_append_only'); END;
CREATE TRIGGER tombstone_never_replaced BEFORE INSERT ON tombstone
WHEN EXISTS (SELECT 1 FROM tombstone WHERE digest = NEW.digest)
BEGIN SELECT RAISE(ABORT, 'tombstone_stays'); END;
