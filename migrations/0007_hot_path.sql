-- What each payment costs the database: an index less, updates that stay within their page, and
-- what was agreed with a merchant read only when it has changed.

-- An index that names a payment's state would have every change of state write into all indexes.
alter table payments add column due_at timestamptz generated always as
  (case when state in ('pending', 'processing') then expires_at end) stored;
drop index payments_expiring;
create index payments_due on payments (due_at) where due_at is not null;

-- A list over all dialects takes the newest of each.
drop index payments_newest_of_all;

-- Another value with every change of a merchant, its terms or its endpoints: who knows a merchant
-- by it need not read the rest. Random, for a count could come again on a copy of the database that
-- missed a change.
alter table merchants add column revision uuid not null default gen_random_uuid();
create function renew_revision() returns trigger language plpgsql as $$
begin
  new.revision := gen_random_uuid();
  return new;
end $$;
create trigger merchants_revision before update on merchants
  for each row execute function renew_revision();
create function renew_merchants_revision() returns trigger language plpgsql as $$
begin
  -- The trigger above gives it another one.
  update merchants set revision = revision where id = coalesce(new.merchant_id, old.merchant_id);
  return null;
end $$;
create trigger terms_revision after insert or update or delete on terms
  for each row execute function renew_merchants_revision();
create trigger endpoints_revision after insert or update or delete on endpoints
  for each row execute function renew_merchants_revision();
