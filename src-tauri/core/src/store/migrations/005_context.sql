-- What goes with a request beside its messages: choices of a thread, prompts, prices, and what endpoints were found to
-- count. Times are milliseconds since 1970.

-- The request's own parameters, under which those of thread and endpoint lie in `parameters`; and which endpoint it was,
-- whatever it is called later.
ALTER TABLE response ADD COLUMN own_parameters TEXT NOT NULL DEFAULT '{}';
ALTER TABLE response ADD COLUMN endpoint_id TEXT;
CREATE INDEX response_month ON response (created_at, thread);

-- How a thread asks its models. Apart from the thread, and never sealed: what was asked stands in each receipt.
CREATE TABLE thread_option (
    thread INTEGER PRIMARY KEY REFERENCES thread (seq),
    policy TEXT NOT NULL CHECK (policy IN ('newest', 'refuse')),
    parameters TEXT NOT NULL CHECK (length(CAST(parameters AS BLOB)) <= 16384)
) STRICT;
CREATE TRIGGER thread_option_added_open BEFORE INSERT ON thread_option
BEGIN
    SELECT RAISE(ABORT, 'thread_locked') FROM thread WHERE seq = NEW.thread AND state = 'locked';
    SELECT RAISE(ABORT, 'thread_archived') FROM thread WHERE seq = NEW.thread AND state = 'archived';
    SELECT RAISE(ABORT, 'thread_deleted') FROM thread WHERE seq = NEW.thread AND deleted_at IS NOT NULL;
END;
CREATE TRIGGER thread_option_changed_open BEFORE UPDATE ON thread_option
BEGIN
    SELECT RAISE(ABORT, 'thread_locked') FROM thread WHERE seq IN (OLD.thread, NEW.thread) AND state = 'locked';
    SELECT RAISE(ABORT, 'thread_archived') FROM thread WHERE seq IN (OLD.thread, NEW.thread) AND state = 'archived';
    SELECT RAISE(ABORT, 'thread_deleted') FROM thread WHERE seq = NEW.thread AND deleted_at IS NOT NULL;
END;

-- What an endpoint counted for each thousand tokens that were counted here.
CREATE TABLE correction (
    endpoint TEXT NOT NULL,
    model TEXT NOT NULL,
    per_mille INTEGER NOT NULL CHECK (per_mille BETWEEN 250 AND 4000),
    replies INTEGER NOT NULL,
    PRIMARY KEY (endpoint, model)
) STRICT, WITHOUT ROWID;

-- What a million tokens cost, in millionths of the currency.
CREATE TABLE price (
    endpoint TEXT NOT NULL,
    model TEXT NOT NULL,
    input INTEGER NOT NULL CHECK (input >= 0),
    output INTEGER NOT NULL CHECK (output >= 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    PRIMARY KEY (endpoint, model)
) STRICT, WITHOUT ROWID;

-- Prompts, and the one that each client's new threads begin with.
CREATE TABLE prompt (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE client_prompt (
    client TEXT PRIMARY KEY,
    prompt INTEGER NOT NULL REFERENCES prompt (seq) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX client_prompt_prompt ON client_prompt (prompt);
