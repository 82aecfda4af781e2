-- What a list of keys shows, what a key may do and until when. Null: nothing is known, all, never.
alter table credentials
  -- Those that were made together, such as a login and its key; null: by itself.
  add column issue_id     uuid,
  add column name         text check (length(name) between 1 and 80),
  -- The end of the secret, by which its holder recognises it; the rest is nowhere.
  add column hint         text check (length(hint) = 4),
  add column scopes       text[] check (cardinality(scopes) > 0),
  add column expires_at   timestamptz,
  -- About when, at most an hour off.
  add column last_used_at timestamptz,
  -- The issue that took its place.
  add column rolled_to    uuid;

alter table operator_keys
  add column hint         text check (length(hint) = 4),
  add column scopes       text[] check (cardinality(scopes) > 0),
  add column expires_at   timestamptz,
  add column last_used_at timestamptz,
  add column rolled_to    uuid references operator_keys;
