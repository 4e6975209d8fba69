-- Wrong sign-in tries are counted here (django.core.cache.backends.db), shared by every worker.
CREATE TABLE parties_limits (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX parties_limits_expires ON parties_limits (expires);
