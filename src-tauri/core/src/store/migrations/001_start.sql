-- The first schema. Rules that core decides are refused here once more: a state changes only by an entry in the
-- history, messages never change, and a locked or archived thread accepts nothing. Times are milliseconds since 1970.

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE endpoint (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    protocol TEXT NOT NULL,
    base_url TEXT NOT NULL,
    model TEXT,
    context_window INTEGER,
    allow_http INTEGER NOT NULL DEFAULT 0,
    is_default INTEGER NOT NULL DEFAULT 0,
    models TEXT NOT NULL DEFAULT '[]',
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX endpoint_default ON endpoint (is_default) WHERE is_default = 1;

-- Threads ---------------------------------------------------------------------------------------------------------

CREATE TABLE thread (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'locked', 'archived')),
    message_count INTEGER NOT NULL DEFAULT 0,
    tip INTEGER,
    revision INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_activity_at INTEGER NOT NULL,
    deleted_at INTEGER,
    forked_thread TEXT,
    forked_message TEXT
) STRICT;
CREATE INDEX thread_activity ON thread (last_activity_at, seq) WHERE deleted_at IS NULL;
CREATE INDEX thread_state ON thread (state, seq) WHERE deleted_at IS NULL;
CREATE INDEX thread_bin ON thread (deleted_at) WHERE deleted_at IS NOT NULL;

-- What is left of an erased thread: a salted hash of its id, so that the id is never used again.
CREATE TABLE tombstone (
    digest BLOB PRIMARY KEY,
    thread INTEGER NOT NULL,
    erased_at INTEGER NOT NULL,
    seal BLOB
) STRICT, WITHOUT ROWID;

-- Apart from the thread's row, so that counting a message does not rewrite 16 KB.
CREATE TABLE metadata (
    thread INTEGER PRIMARY KEY REFERENCES thread (seq),
    json TEXT NOT NULL
) STRICT;
CREATE TABLE metadata_key (
    thread INTEGER NOT NULL REFERENCES thread (seq),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (thread, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX metadata_value ON metadata_key (key, value, thread);

-- What belongs to the person's view of a thread, in any state; never sealed.
CREATE TABLE view (
    thread INTEGER PRIMARY KEY REFERENCES thread (seq),
    pinned INTEGER NOT NULL DEFAULT 0,
    shown_tip INTEGER
) STRICT;
CREATE INDEX view_pinned ON view (thread) WHERE pinned = 1;
-- Thread 0 is the thread that is yet to be made.
CREATE TABLE draft (
    thread INTEGER PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;

-- Messages --------------------------------------------------------------------------------------------------------

-- A tree by parent. A branch is a run of messages without a fork, named by its first message, so that any stretch of a
-- path is found by (branch, depth) and not by walking. The columns a list needs stand before the text.
CREATE TABLE message (
    seq INTEGER PRIMARY KEY,
    thread INTEGER NOT NULL REFERENCES thread (seq),
    id TEXT NOT NULL UNIQUE,
    parent INTEGER REFERENCES message (seq),
    branch INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
    status TEXT NOT NULL CHECK (status IN ('completed', 'cancelled', 'failed', 'interrupted')),
    size INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    response INTEGER REFERENCES response (seq),
    model TEXT,
    copied_from TEXT,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    texts TEXT NOT NULL,
    reasoning TEXT
) STRICT;
CREATE UNIQUE INDEX message_place ON message (branch, depth);
CREATE INDEX message_system ON message (branch, depth) WHERE role = 'system';
CREATE INDEX message_parent ON message (parent, thread, seq);
CREATE INDEX message_order ON message (thread, seq);
CREATE INDEX message_head ON message (thread) WHERE seq = branch;
CREATE INDEX message_response ON message (response) WHERE response IS NOT NULL;

CREATE VIRTUAL TABLE search USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

-- Responses -------------------------------------------------------------------------------------------------------

CREATE TABLE response (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    thread INTEGER NOT NULL REFERENCES thread (seq),
    message_id TEXT NOT NULL,
    parent INTEGER REFERENCES message (seq),
    status TEXT NOT NULL
        CHECK (status IN ('pending', 'streaming', 'completed', 'cancelled', 'failed', 'interrupted')),
    finish_reason TEXT,
    error_code TEXT,
    error TEXT,
    endpoint TEXT NOT NULL,
    origin TEXT NOT NULL,
    model_asked TEXT NOT NULL,
    model TEXT,
    thread_state TEXT,
    parameters TEXT NOT NULL,
    receipt TEXT NOT NULL,
    sent INTEGER NOT NULL,
    left_out INTEGER NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    total_tokens INTEGER,
    cancel_requested INTEGER NOT NULL DEFAULT 0,
    process TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    completed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX response_running ON response (thread) WHERE status IN ('pending', 'streaming');
CREATE INDEX response_parent ON response (parent, seq);
CREATE INDEX response_thread ON response (thread, seq, input_tokens, output_tokens, total_tokens);

-- The reply as it arrives; gone once it is a message.
CREATE TABLE response_chunk (
    seq INTEGER PRIMARY KEY,
    response INTEGER NOT NULL REFERENCES response (seq),
    kind TEXT NOT NULL CHECK (kind IN ('text', 'reasoning')),
    text TEXT NOT NULL
) STRICT;
CREATE INDEX response_chunk_order ON response_chunk (response, seq);

-- History ---------------------------------------------------------------------------------------------------------

-- One ledger for the whole store. Each entry holds the hash of the one before it in the store and of the one before it
-- in its thread, and a salted hash of its detail, which can be erased without breaking the ledger.
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    thread INTEGER NOT NULL,
    kind TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT,
    door TEXT NOT NULL CHECK (door IN ('window', 'api', 'cli', 'skein')),
    at INTEGER NOT NULL,
    detail_digest BLOB NOT NULL,
    store_prev BLOB NOT NULL,
    thread_prev BLOB NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX entry_thread ON entry (thread, seq);
CREATE INDEX entry_state ON entry (thread, seq) WHERE to_state IS NOT NULL;
CREATE INDEX entry_bin ON entry (thread, seq) WHERE kind IN ('deleted', 'undeleted');
CREATE TABLE entry_detail (
    entry INTEGER PRIMARY KEY REFERENCES entry (seq),
    salt BLOB NOT NULL,
    json TEXT NOT NULL
) STRICT;

-- What an entry may say, and what it does ---------------------------------------------------------------------------

CREATE TRIGGER entry_never_changes BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'history_is_append_only'); END;
CREATE TRIGGER entry_never_goes BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'history_is_append_only'); END;
CREATE TRIGGER entry_never_replaced BEFORE INSERT ON entry WHEN EXISTS (SELECT 1 FROM entry WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'history_is_append_only'); END;
CREATE TRIGGER entry_detail_never_changes BEFORE UPDATE ON entry_detail
BEGIN SELECT RAISE(ABORT, 'history_is_append_only'); END;
CREATE TRIGGER entry_detail_goes_with_its_thread BEFORE DELETE ON entry_detail
WHEN NOT EXISTS (
    SELECT 1 FROM entry e JOIN entry x ON x.thread = e.thread AND x.kind = 'erased' WHERE e.seq = OLD.entry
)
BEGIN SELECT RAISE(ABORT, 'history_is_append_only'); END;

CREATE TRIGGER entry_transition_checked BEFORE INSERT ON entry
WHEN NEW.kind IN ('locked', 'unlocked', 'archived') OR NEW.to_state IS NOT NULL OR NEW.from_state IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'thread_not_found') WHERE NOT EXISTS (SELECT 1 FROM thread WHERE seq = NEW.thread);
    SELECT RAISE(ABORT, 'thread_deleted') FROM thread WHERE seq = NEW.thread AND deleted_at IS NOT NULL;
    SELECT RAISE(ABORT, 'invalid_transition') FROM thread
        WHERE seq = NEW.thread AND (state IS NOT NEW.from_state OR (NEW.kind, NEW.from_state, NEW.to_state) NOT IN (
            VALUES ('locked', 'open', 'locked'), ('unlocked', 'locked', 'open'),
                   ('archived', 'open', 'archived'), ('archived', 'locked', 'archived')));
    SELECT RAISE(ABORT, 'thread_busy')
        FROM response WHERE thread = NEW.thread AND status IN ('pending', 'streaming');
END;
CREATE TRIGGER entry_transition_applied AFTER INSERT ON entry WHEN NEW.to_state IS NOT NULL
BEGIN
    UPDATE thread SET state = NEW.to_state, revision = revision + 1, updated_at = NEW.at WHERE seq = NEW.thread;
END;

CREATE TRIGGER entry_deletion_checked BEFORE INSERT ON entry WHEN NEW.kind IN ('deleted', 'undeleted', 'erased')
BEGIN
    SELECT RAISE(ABORT, 'thread_not_found') WHERE NOT EXISTS (SELECT 1 FROM thread WHERE seq = NEW.thread);
    SELECT RAISE(ABORT, 'thread_busy')
        FROM response WHERE thread = NEW.thread AND status IN ('pending', 'streaming');
    SELECT RAISE(ABORT, 'thread_locked') FROM thread
        WHERE seq = NEW.thread AND state = 'locked';
    SELECT RAISE(ABORT, 'thread_archived') FROM thread
        WHERE seq = NEW.thread AND state = 'archived' AND NEW.kind <> 'erased';
    SELECT RAISE(ABORT, 'thread_deleted') FROM thread
        WHERE seq = NEW.thread AND NEW.kind = 'deleted' AND deleted_at IS NOT NULL;
    SELECT RAISE(ABORT, 'not_in_bin') FROM thread
        WHERE seq = NEW.thread AND deleted_at IS NULL
        AND (NEW.kind = 'undeleted' OR (NEW.kind = 'erased' AND state = 'open'));
END;
CREATE TRIGGER entry_deletion_applied AFTER INSERT ON entry WHEN NEW.kind IN ('deleted', 'undeleted')
BEGIN
    UPDATE thread SET deleted_at = CASE NEW.kind WHEN 'deleted' THEN NEW.at END,
        revision = revision + 1, updated_at = NEW.at WHERE seq = NEW.thread;
END;

-- Threads: what never changes, and what changes only while open -----------------------------------------------------

CREATE TRIGGER thread_starts_open BEFORE INSERT ON thread
BEGIN
    SELECT RAISE(ABORT, 'thread_exists') FROM thread WHERE seq = NEW.seq OR id = NEW.id;
    SELECT RAISE(ABORT, 'invalid_transition')
        WHERE NEW.state <> 'open' OR NEW.deleted_at IS NOT NULL OR NEW.message_count <> 0 OR NEW.tip IS NOT NULL;
END;
CREATE TRIGGER thread_identity BEFORE UPDATE ON thread
WHEN NEW.seq <> OLD.seq OR NEW.id <> OLD.id OR NEW.created_at <> OLD.created_at
    OR NEW.forked_thread IS NOT OLD.forked_thread OR NEW.forked_message IS NOT OLD.forked_message
BEGIN SELECT RAISE(ABORT, 'identity_never_changes'); END;
CREATE TRIGGER thread_state_by_entry BEFORE UPDATE ON thread
WHEN NEW.state <> OLD.state AND NEW.state IS NOT (
    SELECT to_state FROM entry WHERE thread = OLD.seq AND to_state IS NOT NULL ORDER BY seq DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'state_changes_by_entry_only'); END;
CREATE TRIGGER thread_bin_by_entry BEFORE UPDATE ON thread
WHEN NEW.deleted_at IS NOT OLD.deleted_at AND (
    SELECT kind FROM entry WHERE thread = OLD.seq AND kind IN ('deleted', 'undeleted') ORDER BY seq DESC LIMIT 1
) IS NOT (CASE WHEN NEW.deleted_at IS NULL THEN 'undeleted' ELSE 'deleted' END)
BEGIN SELECT RAISE(ABORT, 'bin_by_entry_only'); END;
CREATE TRIGGER thread_read_only BEFORE UPDATE ON thread
WHEN OLD.state <> 'open' AND (
    NEW.title IS NOT OLD.title OR NEW.tip IS NOT OLD.tip OR NEW.message_count <> OLD.message_count
    OR NEW.last_activity_at <> OLD.last_activity_at
    OR (NEW.state = OLD.state AND (NEW.revision <> OLD.revision OR NEW.updated_at <> OLD.updated_at)))
BEGIN SELECT RAISE(ABORT, 'thread_locked') WHERE OLD.state = 'locked';
      SELECT RAISE(ABORT, 'thread_archived'); END;
CREATE TRIGGER thread_in_bin_rests BEFORE UPDATE ON thread
WHEN OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'thread_deleted'); END;
CREATE TRIGGER thread_goes_by_erasing BEFORE DELETE ON thread
WHEN NOT EXISTS (SELECT 1 FROM entry WHERE thread = OLD.seq AND kind = 'erased')
BEGIN SELECT RAISE(ABORT, 'erased_by_entry_only'); END;
CREATE TRIGGER tombstone_stays BEFORE DELETE ON tombstone
BEGIN SELECT RAISE(ABORT, 'tombstone_stays'); END;
CREATE TRIGGER tombstone_never_changes BEFORE UPDATE ON tombstone
BEGIN SELECT RAISE(ABORT, 'tombstone_stays'); END;

CREATE TRIGGER metadata_added_open BEFORE INSERT ON metadata
BEGIN
    SELECT RAISE(ABORT, 'thread_locked') FROM thread WHERE seq = NEW.thread AND state = 'locked';
    SELECT RAISE(ABORT, 'thread_archived') FROM thread WHERE seq = NEW.thread AND state = 'archived';
    SELECT RAISE(ABORT, 'thread_deleted') FROM thread WHERE seq = NEW.thread AND deleted_at IS NOT NULL;
    SELECT RAISE(ABORT, 'metadata_too_large') WHERE length(CAST(NEW.json AS BLOB)) > 16384;
END;
CREATE TRIGGER metadata_changed_open BEFORE UPDATE ON metadata
BEGIN
    SELECT RAISE(ABORT, 'thread_locked') FROM thread WHERE seq IN (OLD.thread, NEW.thread) AND state = 'locked';
    SELECT RAISE(ABORT, 'thread_archived') FROM thread WHERE seq IN (OLD.thread, NEW.thread) AND state = 'archived';
    SELECT RAISE(ABORT, 'thread_deleted') FROM thread
        WHERE seq IN (OLD.thread, NEW.thread) AND deleted_at IS NOT NULL;
    SELECT RAISE(ABORT, 'metadata_too_large') WHERE length(CAST(NEW.json AS BLOB)) > 16384;
END;
CREATE TRIGGER metadata_removed_open BEFORE DELETE ON metadata
WHEN NOT EXISTS (SELECT 1 FROM entry WHERE thread = OLD.thread AND kind = 'erased')
BEGIN
    SELECT RAISE(ABORT, 'thread_locked') FROM thread WHERE seq = OLD.thread AND state = 'locked';
    SELECT RAISE(ABORT, 'thread_archived') FROM thread WHERE seq = OLD.thread AND state = 'archived';
END;
CREATE TRIGGER metadata_key_added_open BEFORE INSERT ON metadata_key
BEGIN
    SELECT RAISE(ABORT, 'thread_locked') FROM thread WHERE seq = NEW.thread AND state = 'locked';
    SELECT RAISE(ABORT, 'thread_archived') FROM thread WHERE seq = NEW.thread AND state = 'archived';
END;
CREATE TRIGGER metadata_key_changed_open BEFORE UPDATE ON metadata_key
BEGIN
    SELECT RAISE(ABORT, 'thread_locked') FROM thread WHERE seq IN (OLD.thread, NEW.thread) AND state = 'locked';
    SELECT RAISE(ABORT, 'thread_archived') FROM thread WHERE seq IN (OLD.thread, NEW.thread) AND state = 'archived';
END;
CREATE TRIGGER metadata_key_removed_open BEFORE DELETE ON metadata_key
WHEN NOT EXISTS (SELECT 1 FROM entry WHERE thread = OLD.thread AND kind = 'erased')
BEGIN
    SELECT RAISE(ABORT, 'thread_locked') FROM thread WHERE seq = OLD.thread AND state = 'locked';
    SELECT RAISE(ABORT, 'thread_archived') FROM thread WHERE seq = OLD.thread AND state = 'archived';
END;

-- Messages: added to an open thread, never changed -------------------------------------------------------------------

CREATE TRIGGER message_added_open BEFORE INSERT ON message
BEGIN
    SELECT RAISE(ABORT, 'messages_never_change') FROM message WHERE seq = NEW.seq OR id = NEW.id;
    SELECT RAISE(ABORT, 'thread_locked') FROM thread WHERE seq = NEW.thread AND state = 'locked';
    SELECT RAISE(ABORT, 'thread_archived') FROM thread WHERE seq = NEW.thread AND state = 'archived';
    SELECT RAISE(ABORT, 'thread_deleted') FROM thread WHERE seq = NEW.thread AND deleted_at IS NOT NULL;
    SELECT RAISE(ABORT, 'message_limit_reached') FROM thread WHERE seq = NEW.thread AND message_count >= 10000;
    SELECT RAISE(ABORT, 'message_out_of_place') WHERE NEW.parent IS NULL
        AND (NEW.depth <> 1 OR NEW.branch <> NEW.seq);
    SELECT RAISE(ABORT, 'message_out_of_place') WHERE NEW.parent IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM message p WHERE p.seq = NEW.parent AND p.thread = NEW.thread
        AND NEW.depth = p.depth + 1 AND NEW.branch IN (p.branch, NEW.seq));
END;
CREATE TRIGGER message_counted AFTER INSERT ON message
BEGIN
    UPDATE thread SET message_count = message_count + 1 WHERE seq = NEW.thread;
END;
CREATE TRIGGER message_never_changes BEFORE UPDATE ON message
BEGIN SELECT RAISE(ABORT, 'messages_never_change'); END;
CREATE TRIGGER message_goes_by_erasing BEFORE DELETE ON message
WHEN NOT EXISTS (SELECT 1 FROM entry WHERE thread = OLD.thread AND kind = 'erased')
BEGIN SELECT RAISE(ABORT, 'messages_never_change'); END;

-- Responses: made in an open thread, final once they have ended --------------------------------------------------------

CREATE TRIGGER response_made_open BEFORE INSERT ON response
BEGIN
    SELECT RAISE(ABORT, 'responses_are_final') FROM response WHERE seq = NEW.seq OR id = NEW.id;
    SELECT RAISE(ABORT, 'thread_locked') FROM thread WHERE seq = NEW.thread AND state = 'locked';
    SELECT RAISE(ABORT, 'thread_archived') FROM thread WHERE seq = NEW.thread AND state = 'archived';
    SELECT RAISE(ABORT, 'thread_deleted') FROM thread WHERE seq = NEW.thread AND deleted_at IS NOT NULL;
    SELECT RAISE(ABORT, 'thread_busy') FROM response
        WHERE thread = NEW.thread AND status IN ('pending', 'streaming') AND NEW.status IN ('pending', 'streaming');
END;
CREATE TRIGGER response_final BEFORE UPDATE ON response WHEN OLD.status NOT IN ('pending', 'streaming')
BEGIN SELECT RAISE(ABORT, 'responses_are_final'); END;
CREATE TRIGGER response_identity BEFORE UPDATE ON response
WHEN NEW.seq <> OLD.seq OR NEW.id <> OLD.id OR NEW.thread <> OLD.thread OR NEW.message_id <> OLD.message_id
    OR NEW.parent IS NOT OLD.parent
BEGIN SELECT RAISE(ABORT, 'identity_never_changes'); END;
CREATE TRIGGER response_goes_by_erasing BEFORE DELETE ON response
WHEN NOT EXISTS (SELECT 1 FROM entry WHERE thread = OLD.thread AND kind = 'erased')
BEGIN SELECT RAISE(ABORT, 'responses_are_final'); END;
CREATE TRIGGER response_chunk_appended BEFORE INSERT ON response_chunk
WHEN NOT EXISTS (SELECT 1 FROM response WHERE seq = NEW.response AND status IN ('pending', 'streaming'))
BEGIN SELECT RAISE(ABORT, 'responses_are_final'); END;
CREATE TRIGGER response_chunk_never_changes BEFORE UPDATE ON response_chunk
BEGIN SELECT RAISE(ABORT, 'responses_are_final'); END;
CREATE TRIGGER response_chunk_stays BEFORE DELETE ON response_chunk
WHEN EXISTS (SELECT 1 FROM response WHERE seq = OLD.response AND status IN ('pending', 'streaming'))
BEGIN SELECT RAISE(ABORT, 'response_is_running'); END;
