-- Seals: made in the transaction that locks or archives, signed in it or later, and never changed. Times are
-- milliseconds since 1970.

-- The public halves of the keys that seals were signed with; the last one is in use. The private ones lie in the keychain.
CREATE TABLE signing_key (
    seq INTEGER PRIMARY KEY,
    public BLOB NOT NULL UNIQUE CHECK (length(public) = 32),
    made_at INTEGER NOT NULL
) STRICT;

-- What was sealed stands in the thread's own rows; `header` and `json` are kept as they were hashed. `marks` holds 16
-- bytes a message, by which one that differs can be named: the first 8 of the hash of its id and of that of its line.
CREATE TABLE seal (
    seq INTEGER PRIMARY KEY,
    thread INTEGER NOT NULL REFERENCES thread (seq),
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    header TEXT NOT NULL,
    json TEXT NOT NULL,
    count INTEGER NOT NULL,
    marks BLOB NOT NULL,
    sealed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX seal_thread ON seal (thread, seq);

CREATE TABLE signature (
    seq INTEGER PRIMARY KEY,
    seal INTEGER NOT NULL REFERENCES seal (seq),
    public BLOB NOT NULL CHECK (length(public) = 32),
    signature BLOB NOT NULL CHECK (length(signature) = 64),
    signed_at INTEGER NOT NULL,
    UNIQUE (seal, public)
) STRICT;

-- What the last look at a thread's seal found. Only for lists: it proves nothing.
CREATE TABLE verification (
    thread INTEGER PRIMARY KEY REFERENCES thread (seq),
    seal INTEGER NOT NULL REFERENCES seal (seq),
    status TEXT NOT NULL CHECK (status IN ('valid', 'altered', 'unknown_key', 'unsigned')),
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX verification_seal ON verification (seal);

-- The digest of the seal that was made with a transition.
ALTER TABLE entry ADD COLUMN seal BLOB CHECK (seal IS NULL OR length(seal) = 32);
CREATE INDEX entry_seal ON entry (seal) WHERE seal IS NOT NULL;

-- Whoever locks or archives has sealed, all of the thread, and just now ----------------------------------------------

CREATE TRIGGER entry_sealed BEFORE INSERT ON entry
WHEN NEW.kind IN ('locked', 'archived', 'sealed') OR NEW.to_state IN ('locked', 'archived') OR NEW.seal IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'not_sealed') WHERE NOT EXISTS (
        SELECT 1 FROM seal s JOIN thread t ON t.seq = s.thread
        WHERE s.thread = NEW.thread AND s.digest IS NEW.seal AND s.count = t.message_count
        AND s.seq = (SELECT max(seq) FROM seal WHERE thread = NEW.thread));
    SELECT RAISE(ABORT, 'not_sealed') FROM entry WHERE seal = NEW.seal;
END;

CREATE TRIGGER seal_never_replaced BEFORE INSERT ON seal
BEGIN
    SELECT RAISE(ABORT, 'seals_never_change') FROM seal WHERE seq = NEW.seq OR digest = NEW.digest;
    SELECT RAISE(ABORT, 'thread_deleted') FROM thread WHERE seq = NEW.thread AND deleted_at IS NOT NULL;
END;
CREATE TRIGGER seal_never_changes BEFORE UPDATE ON seal
BEGIN SELECT RAISE(ABORT, 'seals_never_change'); END;
CREATE TRIGGER seal_goes_by_erasing BEFORE DELETE ON seal
WHEN NOT EXISTS (SELECT 1 FROM entry WHERE thread = OLD.thread AND kind = 'erased')
BEGIN SELECT RAISE(ABORT, 'seals_never_change'); END;
CREATE TRIGGER signature_never_replaced BEFORE INSERT ON signature
WHEN EXISTS (SELECT 1 FROM signature WHERE seq = NEW.seq OR (seal = NEW.seal AND public = NEW.public))
BEGIN SELECT RAISE(ABORT, 'seals_never_change'); END;
CREATE TRIGGER signature_never_changes BEFORE UPDATE ON signature
BEGIN SELECT RAISE(ABORT, 'seals_never_change'); END;
CREATE TRIGGER signature_goes_by_erasing BEFORE DELETE ON signature
WHEN NOT EXISTS (
    SELECT 1 FROM seal s JOIN entry e ON e.thread = s.thread AND e.kind = 'erased' WHERE s.seq = OLD.seal)
BEGIN SELECT RAISE(ABORT, 'seals_never_change'); END;
CREATE TRIGGER signing_key_never_replaced BEFORE INSERT ON signing_key
WHEN EXISTS (SELECT 1 FROM signing_key WHERE seq = NEW.seq OR public = NEW.public)
BEGIN SELECT RAISE(ABORT, 'seals_never_change'); END;
CREATE TRIGGER signing_key_never_changes BEFORE UPDATE ON signing_key
BEGIN SELECT RAISE(ABORT, 'seals_never_change'); END;
CREATE TRIGGER signing_key_stays BEFORE DELETE ON signing_key
BEGIN SELECT RAISE(ABORT, 'seals_never_change'); END;

-- What was locked or archived before there were seals is sealed when the store is opened next.
INSERT INTO setting (key, value) SELECT 'store.seal', 'due' WHERE EXISTS (SELECT 1 FROM thread WHERE state <> 'open');
