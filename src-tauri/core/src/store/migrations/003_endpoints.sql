-- What is peculiar to an endpoint, and the parameters that go with every request to it.

ALTER TABLE endpoint ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
ALTER TABLE endpoint ADD COLUMN parameters TEXT NOT NULL DEFAULT '{}';
