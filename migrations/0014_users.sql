-- People who sign in to the console, what they are signed in with, and what is asked of all of them.

create table users (
  id uuid primary key,
  -- The address itself is sealed; it is found by the hash of its small letters.
  email_lookup text not null unique check (email_lookup ~ '^[0-9a-f]{64}$'),
  email_sealed bytea not null,
  name text not null check (length(name) between 1 and 80),
  role text not null check (role in ('owner', 'operator', 'support', 'merchant')),
  merchant_id uuid references merchants,
  language text not null check (language in ('es', 'pt', 'en')),
  -- Argon2id; null until an invitation is used.
  password text,
  -- A second factor counts from when its first code was right; until then it is a draft.
  totp_sealed bytea,
  totp_draft_sealed bytea,
  -- The last step a code was taken for: it is taken once.
  totp_step bigint not null default 0,
  -- Hashes of the codes for whoever lost the second factor; each is used once.
  recovery text[] not null default '{}',
  revision integer not null default 1 check (revision > 0),
  created_at timestamptz not null,
  signed_in_at timestamptz,
  disabled_at timestamptz,
  check ((role = 'merchant') = (merchant_id is not null)),
  check (totp_sealed is null or password is not null)
);
create index users_merchant on users (merchant_id) where merchant_id is not null;

-- One-time links by which a password is chosen, by their hashes; a user has one at most.
create table invitations (
  user_id uuid primary key references users,
  lookup text not null unique check (lookup ~ '^[0-9a-f]{64}$'),
  created_at timestamptz not null,
  expires_at timestamptz not null
);

-- By the hash of what the cookie holds. `half`: the password was right, the second factor is due.
create table sessions (
  id uuid primary key,
  lookup text not null unique check (lookup ~ '^[0-9a-f]{64}$'),
  user_id uuid not null references users,
  half boolean not null default false,
  -- A few words of what the browser calls itself, and a mark of its address.
  agent text not null check (length(agent) <= 80),
  source text not null check (length(source) <= 40),
  created_at timestamptz not null,
  signed_in_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_user on sessions (user_id);
create index sessions_ended on sessions (expires_at);

-- What holds for all users of the console.
create table console_rules (
  only_row boolean primary key default true check (only_row),
  second_factor boolean not null default false,
  revision integer not null default 1 check (revision > 0)
);
insert into console_rules (only_row) values (true);

-- What became of payments, by hour: sums of events, so that a page reads hundreds of rows where
-- there are millions. `slow` is how long an approval took, in steps of a twelfth more each; -1 for
-- what isn't one. `rail` is empty where no attempt was made.
create table hour_figures (
  hour timestamptz not null,
  merchant_id uuid not null,
  rail text not null,
  asset text not null,
  outcome text not null
    check (outcome in ('created', 'approved', 'declined', 'expired', 'cancelled', 'returned')),
  slow smallint not null,
  count bigint not null check (count > 0),
  amount numeric(78, 0) not null,
  primary key (hour, merchant_id, rail, asset, outcome, slow)
);
create index hour_figures_merchant on hour_figures (merchant_id, hour);

-- Events up to here are in those sums; null until the first of them is.
create table figures_upto (
  only_row boolean primary key default true check (only_row),
  upto uuid
);
insert into figures_upto (only_row) values (true);
