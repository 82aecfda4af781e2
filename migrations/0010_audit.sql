-- What operators did, in a chain that shows any later change; and what is known of the books.

-- The last row of the chain. Whoever appends holds it until its commit, so that all nodes write one
-- chain without a fork.
create table audit_head (
  only_row boolean primary key default true check (only_row),
  position bigint not null check (position >= 0),
  hash     bytea not null check (octet_length(hash) = 32)
);
insert into audit_head (position, hash) values (0, decode(repeat('00', 32), 'hex'));

-- `content` is the whole entry, as JSON with sorted keys and no blanks: exactly these characters are
-- hashed. What stands beside it follows from it, for those who search.
create table audit_log (
  position    bigint primary key check (position > 0),
  at          timestamptz not null,
  action      text not null generated always as (content::jsonb ->> 'action') stored,
  merchant_id uuid generated always as ((content::jsonb ->> 'merchantId')::uuid) stored,
  content     text not null,
  hash        bytea not null unique check (octet_length(hash) = 32),
  check ((content::jsonb ->> 'at')::timestamptz = at)
);
create index audit_log_merchant on audit_log (merchant_id, position) where merchant_id is not null;

create trigger audit_log_insert_only before update or delete or truncate on audit_log
  for each statement execute function refuse_change();
create trigger audit_head_stays before delete or truncate on audit_head
  for each statement execute function refuse_change();

-- Appends an entry in the transaction of what it tells, and answers its number. The hash is SHA-256
-- over the 32 bytes of the row before it, the number in decimal, a blank, and the content in UTF-8.
create function append_audit(entry text) returns bigint language plpgsql as $$
declare
  head audit_head;
begin
  select * into strict head from audit_head for update;
  head.position := head.position + 1;
  head.hash := sha256(head.hash || convert_to(head.position || ' ' || entry, 'UTF8'));
  insert into audit_log (position, at, content, hash)
    values (head.position, (entry::jsonb ->> 'at')::timestamptz, entry, head.hash);
  update audit_head set position = head.position, hash = head.hash;
  return head.position;
end $$;

-- An endpoint that is switched on again need not have heard what happened before.
alter table endpoints add column enabled_at timestamptz;

-- The look at the books that never ends: who has it, how far it is, and what it found.
create table books_watch (
  only_row      boolean primary key default true check (only_row),
  lease_owner   uuid,
  leased_until  timestamptz,
  fence         integer not null default 0,
  -- How often everything was read, and where it is read now: the tables in their order.
  cycle         integer not null default 0,
  place_table   integer not null default 0,
  place_id      text,
  -- Events up to here, and what they tell of, were looked at when they were new.
  events_upto   uuid,
  -- Transfers up to here are in `account_sums.folded`; null until all were counted once.
  folded_upto   uuid,
  -- The audit log up to here.
  audit_upto    bigint not null default 0,
  audit_hash    bytea,
  -- When all of it was read last.
  whole_at      timestamptz,
  looked_at     timestamptz,
  checked_rows  bigint not null default 0,
  -- What is wrong now, as a list; since when anything has been.
  wrong         jsonb not null default '[]',
  wrong_since   timestamptz
);
insert into books_watch (only_row) values (true);

-- What the transfers of an account come to: up to `folded_upto`, and what is being counted anew.
create table account_sums (
  account_id uuid primary key,
  folded     numeric(78, 0) not null,
  counted    numeric(78, 0) not null
);
