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
