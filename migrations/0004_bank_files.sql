-- Money that moves by files: who consented to be charged, what was handed to a bank in which file,
-- and what each line of the bank's own files says.

-- Under whose word an account is charged, and who took it back.
alter table instruments
  add column consented_at    timestamptz,
  -- `merchant`: it says that its customer agreed; `page`: the customer agreed on our page.
  add column consent_channel text check (consent_channel in ('merchant', 'page')),
  -- Who agreed to what, and how that is known.
  add column consent_sealed  bytea,
  add column revoked_at      timestamptz,
  add column revoked_by      text check (revoked_by in ('payer', 'merchant', 'operator', 'bank'));
update instruments set consented_at = created_at,
  consent_channel = case when type = 'bancolombiaInstant' then 'page' else 'merchant' end
where type <> 'bancolombiaInstant' or state = 'active';
alter table instruments
  add check ((consented_at is null) = (consent_channel is null)),
  add check (state <> 'active' or consented_at is not null),
  add check ((state = 'revoked') = (revoked_at is not null)),
  add check ((revoked_at is null) = (revoked_by is null));

-- Into which of the gateway's accounts a merchant's debits are collected.
update merchants set settings = '{"bankAccount": null}' || settings;

-- The folder that a rail exchanges files over, by the mark that lies in it.
create table exchanges (
  rail       text primary key,
  mark       text not null,
  created_at timestamptz not null
);

-- Files that we wrote, and files that came. `out`: writing → ready (its part is whole) → sent →
-- told (its payments know); one of which every order was left out is told without a part. `in`:
-- reading → applying → done, or refused; it has ended once it lies where it is kept.
create table bank_files (
  id         uuid primary key,
  rail       text not null,
  direction  text not null check (direction in ('out', 'in')),
  state      text not null,
  -- `debits` or `credits`; of one that came, its message, once that was read.
  kind       text,
  name       text not null,
  -- The bank's own id for one that came.
  message_id text,
  -- Of one that we write: where it lies until it is handed over.
  part       text,
  bytes      bigint,
  sha256     text check (sha256 ~ '^[0-9a-f]{64}$'),
  lines      integer not null default 0,
  -- How often the same content came again.
  repeats    integer not null default 0,
  -- Why it was refused.
  why        text,
  created_at timestamptz not null,
  ended_at   timestamptz,
  check (case direction
    when 'out' then state in ('writing', 'ready', 'sent', 'told') and kind in ('debits', 'credits')
    else state in ('reading', 'applying', 'done', 'refused') and sha256 is not null end),
  check (state not in ('ready', 'sent') or (sha256 is not null and part is not null)),
  check (state <> 'told' or (sha256 is null) = (part is null)),
  check (ended_at is null or state in ('told', 'done', 'refused')),
  check (ended_at is not null or state not in ('told', 'done')),
  check ((why is not null) = (state = 'refused'))
);
create unique index bank_files_content on bank_files (rail, sha256) where direction = 'in';
create index bank_files_newest on bank_files (rail, id desc);
create index bank_files_open on bank_files (rail, direction, id) where ended_at is null;

-- Orders of one file over one account for one day.
create table bank_groups (
  id      uuid primary key,
  file_id uuid not null references bank_files,
  account text not null,
  asset   text not null,
  day     date not null,
  orders  integer not null check (orders >= 0),
  total   numeric(78, 0) not null check (total >= 0)
);
create index bank_groups_file on bank_groups (file_id);

-- In which file each attempt stands. It stands in one for good: nothing is ever sent twice.
create table bank_orders (
  attempt_id uuid primary key references attempts,
  group_id   uuid not null references bank_groups,
  file_id    uuid not null references bank_files,
  -- Why it was left out after all; its attempt was declined then.
  flaw       text
);
create index bank_orders_group on bank_orders (group_id, attempt_id);
create index bank_orders_file on bank_orders (file_id, attempt_id);

-- What the bank's files say, line by line. The same line is kept once, however often it comes.
create table bank_lines (
  id            uuid primary key,
  file_id       uuid not null references bank_files,
  position      integer not null check (position > 0),
  fingerprint   text not null,
  source        text not null check (source in ('status', 'notification', 'statement')),
  says          text not null check (says in
    ('accepted', 'approved', 'rejected', 'credit', 'debit', 'return', 'nothing', 'malformed')),
  -- What that means for an order: a credit settles a charge, and undoes a refund.
  means         text check (means in ('accepted', 'approved', 'declined', 'settled', 'returned')),
  -- What it is about, as far as it is ours.
  attempt_id    uuid references attempts,
  group_id      uuid references bank_groups,
  about_file_id uuid references bank_files,
  -- How many orders of a group it stands for; null where the bank doesn't say.
  orders        integer,
  end_to_end_id text,
  amount        numeric(78, 0),
  asset         text,
  reason        text,
  reason_code   text,
  reference     text,
  note          text,
  at            timestamptz not null,
  -- `due` and `waiting` (for what must come before it) are still to be booked; `booked` and `known`
  -- (told before) agree with the books; `noted` says nothing; the others are for an operator.
  outcome       text not null check (outcome in ('due', 'waiting', 'booked', 'known', 'noted',
    'unmatched', 'mismatch', 'surplus', 'contradiction', 'malformed')),
  created_at    timestamptz not null,
  -- When it was looked at for the books; of one that is still due, when its booking began.
  applied_at    timestamptz,
  -- An operator has seen to it.
  cleared_at    timestamptz,
  cleared_note  text,
  check ((cleared_at is null) = (cleared_note is null)),
  check (num_nonnulls(attempt_id, group_id, about_file_id) <= 1)
);
create unique index bank_lines_fingerprint on bank_lines (fingerprint);
create index bank_lines_file on bank_lines (file_id, position);
create index bank_lines_attempt on bank_lines (attempt_id) where attempt_id is not null;
create index bank_lines_subject on bank_lines
  (coalesce(attempt_id, group_id, about_file_id), means);
create index bank_lines_due on bank_lines (file_id, position) where outcome in ('due', 'waiting');
create index bank_lines_open on bank_lines (id) where cleared_at is null
  and outcome in ('unmatched', 'mismatch', 'surplus', 'contradiction', 'malformed', 'waiting');

-- Orders that wait for their file.
create index attempts_waiting on attempts (rail, look_at, id) where state = 'waiting';
