-- Lists that find their threads through an index, and a history that says of a thread only what could happen to it.

-- By state, the latest activity first.
CREATE INDEX thread_state_activity ON thread (state, last_activity_at, seq) WHERE deleted_at IS NULL;

-- Whoever says that a thread was renamed or described has found it open, and not in the bin.
CREATE TRIGGER entry_description_checked BEFORE INSERT ON entry WHEN NEW.kind IN ('renamed', 'metadata_changed')
BEGIN
    SELECT RAISE(ABORT, 'thread_not_found') WHERE NOT EXISTS (SELECT 1 FROM thread WHERE seq = NEW.thread);
    SELECT RAISE(ABORT, 'thread_deleted') FROM thread WHERE seq = NEW.thread AND deleted_at IS NOT NULL;
    SELECT RAISE(ABORT, 'thread_locked') FROM thread WHERE seq = NEW.thread AND state = 'locked';
    SELECT RAISE(ABORT, 'thread_archived') FROM thread WHERE seq = NEW.thread AND state = 'archived';
END;

-- What is in the bin rests: its metadata and their index too, until it is erased.
CREATE TRIGGER metadata_removed_from_bin BEFORE DELETE ON metadata
WHEN NOT EXISTS (SELECT 1 FROM entry WHERE thread = OLD.thread AND kind = 'erased')
BEGIN
    SELECT RAISE(ABORT, 'thread_deleted') FROM thread WHERE seq = OLD.thread AND deleted_at IS NOT NULL;
END;
CREATE TRIGGER metadata_key_added_in_bin BEFORE INSERT ON metadata_key
BEGIN
    SELECT RAISE(ABORT, 'thread_deleted') FROM thread WHERE seq = NEW.thread AND deleted_at IS NOT NULL;
END;
CREATE TRIGGER metadata_key_changed_in_bin BEFORE UPDATE ON metadata_key
BEGIN
    SELECT RAISE(ABORT, 'thread_deleted') FROM thread
        WHERE seq IN (OLD.thread, NEW.thread) AND deleted_at IS NOT NULL;
END;
CREATE TRIGGER metadata_key_removed_from_bin BEFORE DELETE ON metadata_key
WHEN NOT EXISTS (SELECT 1 FROM entry WHERE thread = OLD.thread AND kind = 'erased')
BEGIN
    SELECT RAISE(ABORT, 'thread_deleted') FROM thread WHERE seq = OLD.thread AND deleted_at IS NOT NULL;
END;
