-- Recharges: what is held for one, what its seller earns by it, and who may book money that came in.

alter table payments
  add column held numeric(78, 0) not null default 0 check (held >= 0),
  add column commission numeric(78, 0) not null default 0 check (commission >= 0);
update payments set held = amount where kind = 'recharge';
alter table payments
  add check (case when kind = 'recharge' then held >= amount else held = 0 end),
  add check (commission <= amount);

-- A merchant's share of each sale: a fixed part in minor units, and hundredths of a percent.
alter table products
  add column commission_fixed bigint not null default 0 check (commission_fixed >= 0),
  add column commission_basis_points integer not null default 0
    check (commission_basis_points between 0 and 10000);

-- Operators act on merchants, and belong to none.
create table operator_keys (
  id          uuid primary key,
  name        text not null,
  lookup      text not null unique,
  created_at  timestamptz not null,
  revoked_at  timestamptz
);

-- A statement reads one merchant's transfers in the order of time, from any day on.
drop index transfers_merchant;
create index transfers_merchant on transfers (merchant_id, created_at, id)
  where merchant_id is not null;
-- A merchant's day is found by it, too, and nothing asks for the transfers of one account: three
-- indexes less to write for each transfer.
drop index transfers_day;
drop index transfers_debit;
drop index transfers_credit;
