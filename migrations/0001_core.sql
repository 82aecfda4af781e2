-- The durable core: merchants, payments, attempts, the ledger, events and deliveries.
-- The schema refuses what the program must never do; the program's own checks come first.

create table installation (
  only_row   boolean primary key default true check (only_row),
  mode       text not null check (mode in ('sandbox', 'live')),
  -- Opens with the right master key and no other.
  key_check_sealed bytea not null,
  created_at timestamptz not null
);

-- One row a commit of the engine: after a COMMIT whose answer was lost, its id says whether it happened.
create table batches (
  id         uuid primary key,
  -- Claimed by whoever asked, so that the batch of this id can't be committed any more.
  given_up   boolean not null,
  created_at timestamptz not null
);
create index batches_created_at on batches (created_at);

create table merchants (
  id         uuid primary key,
  name       text not null check (name <> ''),
  time_zone  text not null,
  settings   jsonb not null,
  created_at timestamptz not null
);
create unique index merchants_name on merchants (lower(name));

-- What one merchant agreed for one dialect: limits, default callback, and the key that signs for it.
create table terms (
  merchant_id        uuid not null references merchants,
  dialect            text not null,
  settings           jsonb not null,
  signing_key_sealed bytea not null,
  created_at         timestamptz not null,
  primary key (merchant_id, dialect)
);

-- `lookup` finds the row (a public key, a user name, or the hash of a secret); `verifier` proves it.
create table credentials (
  id          uuid primary key,
  merchant_id uuid not null references merchants,
  dialect     text not null,
  kind        text not null,
  lookup      text not null,
  verifier    text,
  created_at  timestamptz not null,
  revoked_at  timestamptz
);
create unique index credentials_lookup on credentials (dialect, kind, lookup);
create index credentials_merchant on credentials (merchant_id);

create table endpoints (
  id              uuid primary key,
  merchant_id     uuid not null references merchants,
  dialect         text not null,
  url             text not null,
  secret_sealed   bytea not null,
  headers_sealed  bytea,
  created_at      timestamptz not null,
  disabled_at     timestamptz,
  disabled_reason text,
  check ((disabled_at is null) = (disabled_reason is null))
);
create index endpoints_merchant on endpoints (merchant_id, dialect) where disabled_at is null;

create table customers (
  id            uuid primary key,
  merchant_id   uuid not null references merchants,
  dialect       text not null,
  person_sealed bytea not null,
  created_at    timestamptz not null,
  updated_at    timestamptz not null
);
create index customers_newest on customers (merchant_id, dialect, id desc);

create table instruments (
  id             uuid primary key,
  merchant_id    uuid not null references merchants,
  dialect        text not null,
  customer_id    uuid not null references customers,
  rail           text not null,
  type           text not null,
  state          text not null check (state in ('pending', 'active', 'error', 'revoked')),
  reason         text,
  details_sealed bytea not null,
  masked         jsonb not null,
  version        integer not null check (version > 0),
  look_at        timestamptz,
  lease_owner    uuid,
  fence          integer not null default 0,
  created_at     timestamptz not null,
  updated_at     timestamptz not null,
  check (state <> 'error' or reason is not null),
  check (state = 'pending' or look_at is null)
);
create index instruments_newest on instruments (merchant_id, dialect, id desc);
create index instruments_customer on instruments (customer_id, id desc);
create index instruments_due on instruments (look_at) where look_at is not null;

create table payments (
  id              uuid primary key,
  merchant_id     uuid not null references merchants,
  dialect         text not null,
  kind            text not null check (kind in ('charge', 'recharge')),
  reference       text,
  amount          numeric(78, 0) not null check (amount > 0),
  asset           text not null,
  state           text not null check
    (state in ('pending', 'processing', 'approved', 'declined', 'expired', 'cancelled', 'returned')),
  reason          text,
  description     text,
  purpose         jsonb not null,
  customer_id     uuid references customers,
  instrument_id   uuid references instruments,
  open_attempt_id uuid,
  captured        numeric(78, 0) not null default 0 check (captured >= 0),
  refunded        numeric(78, 0) not null default 0 check (refunded >= 0),
  fee             numeric(78, 0) not null default 0 check (fee >= 0),
  deferred        boolean not null,
  version         integer not null check (version > 0),
  expires_at      timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  approved_at     timestamptz,
  settled_at      timestamptz,
  check (refunded <= captured),
  check (fee <= captured),
  check (state not in ('approved', 'returned') or approved_at is not null),
  check (state not in ('declined', 'returned') or reason is not null)
);
create unique index payments_reference on payments (merchant_id, dialect, reference)
  where reference is not null;
create index payments_newest on payments (merchant_id, dialect, id desc);
create index payments_newest_of_all on payments (merchant_id, id desc);
create index payments_customer on payments (customer_id, id desc) where customer_id is not null;
create index payments_expiring on payments (expires_at)
  where expires_at is not null and state in ('pending', 'processing');

create table refunds (
  id          uuid primary key,
  payment_id  uuid not null references payments,
  merchant_id uuid not null references merchants,
  amount      numeric(78, 0) not null check (amount > 0),
  state       text not null check (state in ('pending', 'sent', 'confirmed', 'failed')),
  reason      text,
  created_at  timestamptz not null,
  updated_at  timestamptz not null
);
create index refunds_payment on refunds (payment_id);

create table attempts (
  id             uuid primary key,
  payment_id     uuid not null references payments,
  merchant_id    uuid not null references merchants,
  refund_id      uuid references refunds,
  rail           text not null,
  method         text not null,
  kind           text not null check (kind in ('charge', 'recharge', 'refund')),
  amount         numeric(78, 0) not null check (amount > 0),
  asset          text not null,
  state          text not null check
    (state in ('waiting', 'unknown', 'open', 'approved', 'settled', 'declined', 'closed', 'returned')),
  reason         text,
  target_sealed  bytea not null,
  instructions   jsonb,
  received       jsonb not null,
  rail_reference text,
  looks          integer not null default 0,
  look_at        timestamptz,
  lease_owner    uuid,
  fence          integer not null default 1,
  begun_at       timestamptz,
  created_at     timestamptz not null,
  updated_at     timestamptz not null,
  check ((kind = 'refund') = (refund_id is not null)),
  check (state <> 'waiting' or begun_at is null),
  check (state not in ('unknown', 'open') or begun_at is not null),
  check (state not in ('declined', 'returned') or reason is not null)
);
create index attempts_payment on attempts (payment_id);
create index attempts_due on attempts (rail, look_at) where look_at is not null;

-- What a rail saw. The same place is seen once, however often it is looked at.
create table sightings (
  rail       text not null,
  place      text not null,
  attempt_id uuid not null references attempts,
  fact       text not null,
  amount     numeric(78, 0),
  asset      text,
  final      boolean not null,
  at         timestamptz not null,
  created_at timestamptz not null,
  primary key (rail, place)
);
create index sightings_attempt on sightings (attempt_id);

create table accounts (
  id          uuid primary key,
  custodian   text not null check (custodian in ('gateway', 'self')),
  merchant_id uuid references merchants,
  rail        text,
  kind        text not null check
    (kind in ('available', 'held', 'unapplied', 'fees', 'owed', 'clearing', 'outside')),
  asset       text not null,
  balance     numeric(78, 0) not null,
  floor       numeric(78, 0),
  created_at  timestamptz not null,
  unique nulls not distinct (custodian, merchant_id, rail, kind, asset),
  check (floor is null or balance >= floor),
  check ((merchant_id is null) = (kind in ('clearing', 'outside')))
);
create index accounts_merchant on accounts (merchant_id);

create table transfers (
  id          uuid primary key,
  debit_id    uuid not null references accounts,
  credit_id   uuid not null references accounts,
  amount      numeric(78, 0) not null check (amount > 0),
  kind        text not null,
  merchant_id uuid references merchants,
  payment_id  uuid references payments,
  reference   text,
  created_at  timestamptz not null,
  check (debit_id <> credit_id)
);
create unique index transfers_reference on transfers (merchant_id, reference)
  where reference is not null;
create index transfers_payment on transfers (payment_id) where payment_id is not null;
create index transfers_debit on transfers (debit_id, id);
create index transfers_credit on transfers (credit_id, id);
create index transfers_merchant on transfers (merchant_id, id desc) where merchant_id is not null;

create table events (
  id          uuid not null,
  subject     text not null check (subject in ('payment', 'instrument', 'refund')),
  subject_id  uuid not null,
  seq         integer not null check (seq > 0),
  merchant_id uuid not null references merchants,
  dialect     text not null,
  type        text not null,
  data        jsonb not null,
  created_at  timestamptz not null,
  primary key (subject_id, seq)
);
create unique index events_id on events (id);
create index events_newest on events (merchant_id, id desc);

create table deliveries (
  id             uuid primary key,
  event_id       uuid not null references events (id),
  endpoint_id    uuid not null references endpoints,
  merchant_id    uuid not null references merchants,
  message_sealed bytea,
  state          text not null check (state in ('due', 'delivered', 'failed', 'cancelled')),
  tries          integer not null default 0,
  due_at         timestamptz,
  lease_owner    uuid,
  fence          integer not null default 1,
  last_status    integer,
  last_error     text,
  created_at     timestamptz not null,
  delivered_at   timestamptz,
  unique (event_id, endpoint_id),
  check ((state = 'due') = (due_at is not null)),
  check ((state = 'delivered') = (delivered_at is not null))
);
create index deliveries_due on deliveries (endpoint_id, due_at) where due_at is not null;
create index deliveries_newest on deliveries (merchant_id, id desc);
create index deliveries_with_body on deliveries (created_at) where message_sealed is not null;

-- Answers remembered for an Idempotency-Key.
create table answers (
  key           text primary key,
  fingerprint   text not null,
  status        integer not null check (status between 200 and 499),
  body_sealed   bytea not null,
  created_at    timestamptz not null,
  expires_at    timestamptz not null
);
create index answers_expiring on answers (expires_at);

-- Counts within a window of time, for limits that all nodes share.
create table tallies (
  key        text primary key,
  count      integer not null check (count >= 0),
  expires_at timestamptz not null
);
create index tallies_expiring on tallies (expires_at);

create table companies (
  code        text primary key,
  country     text not null check (length(country) = 2),
  currency    text not null,
  name        text not null,
  details     jsonb not null,
  active      boolean not null,
  position    integer not null
);
create index companies_listed on companies (country, position);

create table products (
  company_code    text not null references companies on delete cascade,
  id              text not null,
  type            text not null,
  description     text not null,
  amount_type     text not null check (amount_type in ('OPEN', 'CLOSED', 'FIXED')),
  amount          bigint not null,
  min_amount      bigint not null,
  max_amount      bigint not null,
  allowed_amounts bigint[] not null,
  additional_data jsonb not null,
  active          boolean not null,
  position        integer not null,
  primary key (company_code, id),
  check (min_amount <= max_amount)
);

-- The ledger and the story of each payment are only ever added to.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is insert-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger transfers_insert_only before update or delete on transfers
  for each statement execute function refuse_change();
create trigger events_insert_only before update or delete on events
  for each statement execute function refuse_change();
