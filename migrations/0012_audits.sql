-- Appends entries in the transaction of what they tell, and answers the number of the last one. One
-- by one, each made a new version of the end of the chain, which the next one had to walk past: of
-- a batch of top-ups that was more than half of the work. The hash is that of `append_audit`, which
-- nodes of the version before go on with.
create function append_audits(entries text[]) returns bigint language plpgsql as $$
declare
  head audit_head;
  entry text;
  first bigint;
  hashes bytea[] := '{}';
begin
  select * into strict head from audit_head for update;
  first := head.position;
  foreach entry in array entries loop
    head.position := head.position + 1;
    head.hash := sha256(head.hash || convert_to(head.position || ' ' || entry, 'UTF8'));
    hashes := hashes || head.hash;
  end loop;
  insert into audit_log (position, at, content, hash)
    select first + nth, (content::jsonb ->> 'at')::timestamptz, content, hash
    from unnest(entries, hashes) with ordinality as e(content, hash, nth);
  update audit_head set position = head.position, hash = head.hash;
  return head.position;
end $$;
