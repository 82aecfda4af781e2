-- What reports ask for: all that was written on one day, and all that has no end yet.

-- Rows are added in the order of time, so a few bytes for each stretch of the table say where a day
-- lies; an index row by row would cost every commit.
create index events_day on events using brin (created_at);
create index transfers_day on transfers using brin (created_at);
create index sightings_day on sightings using brin (created_at);
create index bank_lines_day on bank_lines using brin (at);

-- Few of all attempts are under way at a time.
create index attempts_unended on attempts (merchant_id, begun_at, id)
  where state in ('waiting', 'unknown', 'open', 'approved');
