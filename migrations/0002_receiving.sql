-- Money that payers send by themselves: the keys below which they get an address each, and the chains
-- that are read for what came.

-- A merchant's extended public keys. One key belongs to one merchant, for good.
create table xpubs (
  id           uuid primary key,
  merchant_id  uuid not null references merchants,
  rail         text not null,
  -- The same for every spelling of one key.
  fingerprint  text not null,
  key_sealed   bytea not null,
  -- The index that is given out next. It never goes down.
  next_index   integer not null check (next_index >= 0),
  -- Up to here it is known which addresses were used before; those are in `skipped`.
  vetted_below integer not null check (vetted_below >= 0),
  skipped      integer[] not null,
  created_at   timestamptz not null,
  retired_at   timestamptz
);
create unique index xpubs_key on xpubs (rail, fingerprint);
create unique index xpubs_active on xpubs (merchant_id, rail) where retired_at is null;

-- Every address that was ever given out: what comes to it is that attempt's.
create table addresses (
  rail       text not null,
  address    text not null,
  xpub_id    uuid not null references xpubs,
  position   integer not null check (position >= 0),
  attempt_id uuid not null references attempts,
  created_at timestamptz not null,
  primary key (rail, address)
);
create unique index addresses_position on addresses (xpub_id, position);
create index addresses_attempt on addresses (attempt_id);

-- How far each chain was read; claimed by one node at a time.
create table cursors (
  name         text primary key,
  rail         text not null,
  position     text,
  head         bigint,
  lease_owner  uuid,
  leased_until timestamptz,
  fence        integer not null,
  updated_at   timestamptz not null
);

-- Of a transfer on a chain: where it stands, who sent what to whom, what the chain says of it now
-- (`state`) and what of that has reached the books (`applied`).
alter table sightings
  add column watch          text,
  add column block          bigint,
  add column block_hash     text,
  add column sender         text,
  add column receiver       text,
  add column reference      text,
  add column state          text,
  add column applied        text,
  add column applied_amount numeric(78, 0),
  -- What of it lies in the books; when it vanished after that, deeper than a chain may, it is held.
  add column booked         numeric(78, 0) not null default 0 check (booked >= 0),
  add column frozen         boolean not null default false,
  -- One that can't be applied now is put off, so that it doesn't stand in the way of others.
  add column apply_at       timestamptz;
update sightings set state = case when final then 'final' else 'seen' end, apply_at = created_at;
update sightings set applied = state, applied_amount = amount,
  booked = case when final then coalesce(amount, 0) else 0 end;
alter table sightings
  drop column final,
  alter column state set not null,
  alter column apply_at set not null,
  add check (booked > 0 or not frozen),
  add check (state in ('seen', 'final', 'orphaned')),
  add check (applied in ('seen', 'final', 'orphaned')),
  add check (watch is null or (block is not null and block_hash is not null
    and sender is not null and receiver is not null and reference is not null));
create index sightings_due on sightings (rail, apply_at)
  where applied is distinct from state or applied_amount is distinct from amount;
drop index sightings_attempt;
create index sightings_attempt on sightings (attempt_id, created_at);
create index sightings_frozen on sightings (attempt_id) where frozen;
create index sightings_block on sightings (watch, block) where watch is not null;
create index sightings_unconfirmed on sightings (watch) where state = 'seen' and watch is not null;

-- What is on its way and does not count yet, as decimal text per asset.
alter table attempts
  add column seen        jsonb not null default '{}',
  -- In which asset a payer's transfers paid it, and with how much.
  add column paid_asset  text,
  add column paid_amount numeric(78, 0);
create index attempts_leaving on attempts (rail, id) where kind = 'refund' and state in ('open', 'declined');

-- Which copy of the database this is: a restored one moves every index ahead.
alter table installation add column copy text;
