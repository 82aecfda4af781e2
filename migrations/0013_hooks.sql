-- Endpoints that can be changed, paused and given another secret; what became of each try that
-- failed; how far a sandbox's clock was moved.

-- The former secret signs beside the new one until its time is over.
alter table endpoints
  add column description text check (length(description) between 1 and 200),
  add column paused_at timestamptz,
  add column former_secret_sealed bytea,
  add column former_until timestamptz;

-- How long the last try took, and how many there were before the message was sent anew: the
-- schedule begins again with it.
alter table deliveries
  add column last_elapsed_ms integer,
  add column tries_before integer not null default 0;

-- What failed is looked for among all that went well.
create index deliveries_given_up on deliveries (merchant_id, id desc)
  where state in ('failed', 'cancelled');

-- Tries that failed, and those after which a message was sent anew. Without a key to deliveries,
-- whose months are dropped; what is as old as the bodies goes with them.
create table tries (
  delivery_id   uuid not null,
  number        integer not null check (number > 0),
  at            timestamptz not null,
  status        integer,
  error         text,
  elapsed_ms    integer,
  answer_sealed bytea,
  primary key (delivery_id, number)
);
create index tries_old on tries (at);

-- How far the time of a sandbox is ahead of the real one; without a row it isn't.
create table test_clock (
  only_row boolean primary key default true check (only_row),
  ahead_ms bigint not null check (ahead_ms >= 0)
);
