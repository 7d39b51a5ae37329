-- What is being written in a thread beside its text: a system prompt that was not sent yet (empty: the thread is to begin
-- without one), and the model that was chosen for what comes next, as `endpoint/model`.
ALTER TABLE draft ADD COLUMN system TEXT;
ALTER TABLE draft ADD COLUMN model TEXT;
