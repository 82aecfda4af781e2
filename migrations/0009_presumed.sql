-- A batch that only adds rows is written at once, on the condition that what was agreed with its
-- merchants is still what it was decided by.

-- Raises CA001 where a merchant's revision is another than the one given beside its id.
create function expect_revisions(ids uuid[], revisions uuid[]) returns void language plpgsql as $$
begin
  if exists (select from unnest(ids, revisions) as known (id, revision)
      left join merchants m on m.id = known.id where m.revision is distinct from known.revision) then
    raise exception 'what was agreed with a merchant has changed' using errcode = 'CA001';
  end if;
end $$;
