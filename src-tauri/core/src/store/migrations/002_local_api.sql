-- The local API: requests that are carried out once, however often they come. Times are milliseconds since 1970.

-- Requests made once ------------------------------------------------------------------------------------------------

-- What a request made, for 24 hours, by the digest of its key. Neither key nor body can be read from it.
CREATE TABLE idempotency (
    key BLOB PRIMARY KEY CHECK (length(key) = 32),
    body BLOB NOT NULL CHECK (length(body) = 32),
    thread INTEGER NOT NULL REFERENCES thread (seq),
    response INTEGER REFERENCES response (seq),
    made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_thread ON idempotency (thread);
CREATE INDEX idempotency_response ON idempotency (response) WHERE response IS NOT NULL;
CREATE INDEX idempotency_age ON idempotency (made_at);

-- Retention ---------------------------------------------------------------------------------------------------------

CREATE INDEX entry_announced ON entry (thread, seq) WHERE kind = 'erasing_announced';

-- What the program does by itself: only to open threads that are not pinned, and it erases only what it announced
-- while the thread was in the bin.
CREATE TRIGGER entry_clean_up_checked BEFORE INSERT ON entry
WHEN NEW.kind = 'erasing_announced' OR (NEW.door = 'skein' AND NEW.kind IN ('deleted', 'erased'))
BEGIN
    SELECT RAISE(ABORT, 'thread_not_found') WHERE NOT EXISTS (SELECT 1 FROM thread WHERE seq = NEW.thread);
    SELECT RAISE(ABORT, 'thread_locked') FROM thread WHERE seq = NEW.thread AND state = 'locked';
    SELECT RAISE(ABORT, 'thread_archived') FROM thread WHERE seq = NEW.thread AND state = 'archived';
    SELECT RAISE(ABORT, 'thread_pinned') FROM view WHERE thread = NEW.thread AND pinned = 1;
    SELECT RAISE(ABORT, 'not_in_bin') FROM thread
        WHERE seq = NEW.thread AND deleted_at IS NULL AND NEW.kind = 'erasing_announced';
    SELECT RAISE(ABORT, 'not_announced') WHERE NEW.kind = 'erased' AND NOT EXISTS (
        SELECT 1 FROM entry WHERE thread = NEW.thread AND kind = 'erasing_announced' AND seq > (
            SELECT max(seq) FROM entry WHERE thread = NEW.thread AND kind IN ('deleted', 'undeleted')));
END;
