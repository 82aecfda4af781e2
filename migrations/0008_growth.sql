-- Events and deliveries by months, so that what is older than anybody asks for can be dropped as a
-- whole, and what is written today goes into small indexes.

-- Ids begin with the milliseconds of their time: this is the first that a day can have, in UTC.
create function first_id(day date) returns uuid language sql immutable strict as $$
  select (lpad(to_hex((extract(epoch from day) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- What every part of `events` and `deliveries` has beside what it takes over from the whole.
create function dress_part(whole text, part text) returns void language plpgsql as $$
begin
  if whole = 'events' then
    -- A subject's events may lie in several parts: there, the lock on the subject's row keeps their
    -- numbers apart, and `caudal verify` counts them.
    execute format('create unique index %I on %I (subject_id, seq)', part || '_subject', part);
    execute format('create trigger %I before update or delete on %I
      for each statement execute function refuse_change()', part || '_insert_only', part);
  else
    -- No event is told twice to one receiver. A delivery is born with its event, so their ids are
    -- of the same moment.
    execute format('create unique index %I on %I (event_id, endpoint_id)', part || '_once', part);
    -- Each delivery leaves a dead row, which claims would step over until the next cleaning.
    execute format('alter table %I set (autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_vacuum_threshold = 1000)', part);
  end if;
end $$;

-- Makes the part of a month, unless it is there; answers whether it made it. Rows of that month
-- that lie in the default part make it fail (23514).
create function add_month(whole text, month date) returns boolean language plpgsql as $$
declare
  part text := whole || to_char(month, '_YYYY_MM');
begin
  -- Asked of the table itself: a name that was looked up before is remembered as missing.
  if exists (select from pg_class
      where relname = part and relnamespace = current_schema()::regnamespace) then
    return false;
  end if;
  -- Made beside and attached then: the whole can be read and written meanwhile.
  execute format('create table %I (like %I including defaults including constraints)', part, whole);
  perform dress_part(whole, part);
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', whole, part,
    first_id(month), first_id((month + interval '1 month')::date));
  return true;
end $$;

-- Months that were dropped, and what was in them: what is missing since then is no fault.
create table dropped_months (
  month      date primary key check (extract(day from month) = 1),
  events     bigint not null check (events >= 0),
  deliveries bigint not null check (deliveries >= 0),
  dropped_at timestamptz not null
);

alter table events rename to events_before;
alter table deliveries rename to deliveries_before;

-- Without keys to other tables. One to events would ask every month of them for each delivery; one
-- to merchants or endpoints, from which nothing is ever deleted, would lock those tables whenever a
-- month is made or dropped. Each row is written in the commit that writes, or has locked, what it
-- is about; `caudal verify` looks for those that are about nothing.
create table events (
  id          uuid not null,
  subject     text not null,
  subject_id  uuid not null,
  seq         integer not null,
  merchant_id uuid not null,
  dialect     text not null,
  type        text not null,
  data        jsonb not null,
  created_at  timestamptz not null,
  constraint events_subject_known check (subject in ('payment', 'instrument', 'refund')),
  constraint events_seq_counts check (seq > 0)
) partition by range (id);

create table deliveries (
  id             uuid not null,
  event_id       uuid not null,
  endpoint_id    uuid not null,
  merchant_id    uuid not null,
  message_sealed bytea,
  state          text not null,
  tries          integer not null default 0,
  due_at         timestamptz,
  lease_owner    uuid,
  fence          integer not null default 1,
  last_status    integer,
  last_error     text,
  created_at     timestamptz not null,
  delivered_at   timestamptz,
  constraint deliveries_state_known check (state in ('due', 'delivered', 'failed', 'cancelled')),
  constraint deliveries_due_state check ((state = 'due') = (due_at is not null)),
  constraint deliveries_delivered check ((state = 'delivered') = (delivered_at is not null))
) partition by range (id);

-- The months that have rows, this one and the next two; the program goes on from there. Ids whose
-- time is out of all reason go where all others go, too.
do $$
declare
  this_month date := date_trunc('month', clock_timestamp() at time zone 'UTC');
begin
  create temporary table months on commit drop as
    select (this_month + n * interval '1 month')::date as month from generate_series(0, 2) n
    union
    select month::date
    from generate_series('2020-01-01'::timestamp, this_month, '1 month') month
    where exists (select from events_before
        where id >= first_id(month::date) and id < first_id((month + interval '1 month')::date))
      or exists (select from deliveries_before
        where id >= first_id(month::date) and id < first_id((month + interval '1 month')::date));
  perform add_month('events', month), add_month('deliveries', month) from months order by month;
end $$;
create table events_default partition of events default;
create table deliveries_default partition of deliveries default;
select dress_part('events', 'events_default'), dress_part('deliveries', 'deliveries_default');

insert into events select id, subject, subject_id, seq, merchant_id, dialect, type, data, created_at
from events_before order by id;
insert into deliveries select id, event_id, endpoint_id, merchant_id, message_sealed, state, tries,
  due_at, lease_owner, fence, last_status, last_error, created_at, delivered_at
from deliveries_before order by id;
drop table deliveries_before;
drop table events_before;

-- Built once over what was moved.
alter table events add primary key (id);
create index events_newest on events (merchant_id, id desc);
create index events_day on events using brin (created_at);
create trigger events_insert_only before update or delete on events
  for each statement execute function refuse_change();
alter table deliveries add primary key (id);
create index deliveries_due on deliveries (endpoint_id, due_at) where due_at is not null;
create index deliveries_newest on deliveries (merchant_id, id desc);
create index deliveries_with_body on deliveries (created_at) where message_sealed is not null;

-- A balance changes with every payment and stands in no index: with room beside it the new row stays
-- on its page, and no index is written. Of payments, attempts and deliveries every change moves a
-- row in an index of what is due, so room would only cost space.
alter table accounts set (fillfactor = 50);
-- By default a fifth of a table has to change first, which for years of payments is a million rows:
-- what is due would be looked for among a million dead entries.
alter table payments set (autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_analyze_scale_factor = 0.02);
alter table attempts set (autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_analyze_scale_factor = 0.02);
-- Only added to: what is cleaned often is a little each time, not all of it on one busy day.
alter table transfers set (autovacuum_vacuum_insert_scale_factor = 0.02);

-- Lists say where in it they begin, which needs all of its columns in one direction.
drop index payments_newest;
create index payments_newest on payments (merchant_id, dialect, id);
