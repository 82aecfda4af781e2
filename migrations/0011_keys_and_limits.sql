-- Which master keys seal, so that a start without one of them says which; and what nodes count
-- together.

-- A key is written down at the first start under it, and retired once no box bears its id.
create table master_keys (
  id text primary key check (id ~ '^[0-9a-f]{8}$'),
  first_used_at timestamptz not null,
  retired_at timestamptz
);

insert into master_keys (id, first_used_at)
select encode(substring(key_check_sealed from 2 for 4), 'hex'), created_at from installation;

-- Requests within a minute, and failures that wear off. What is lost of it with a crash of the
-- server costs a minute's counting and no more, so it isn't written ahead.
create unlogged table limits (
  key text primary key,
  used integer not null check (used >= 0),
  until timestamptz not null
) with (fillfactor = 50);
create index limits_ended on limits (until);
