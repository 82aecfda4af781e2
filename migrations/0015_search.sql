-- What payments, customers and refunds are found by. Nothing of it is written when a payment is
-- created.

-- Names, documents, addresses and numbers are sealed. These are what is left of them to find their
-- owners by: codes of each word under a key of the installation, one after the other, the first of
-- them naming that key. Null: not made yet.
alter table customers add column marks text;
alter table instruments add column marks text;
create index customers_marks on customers using gin (string_to_array(marks, ' '))
  where marks is not null;
create index instruments_marks on instruments using gin (string_to_array(marks, ' '))
  where marks is not null;
create index customers_unmarked on customers (id) where marks is null;
create index instruments_unmarked on instruments (id) where marks is null;

-- A rail's own id of an attempt, which it says when it has begun or ended it.
create index attempts_rail_reference on attempts (rail_reference) where rail_reference is not null;
-- A transaction on a chain; and who was paid there.
create index sightings_reference on sightings (reference) where reference is not null;
create index refunds_newest on refunds (merchant_id, id);
