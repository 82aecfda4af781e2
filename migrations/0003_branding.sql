-- How a merchant looks to its payers: beside names, a colour, a language and a logo.

update merchants set settings = '{"colour": null, "language": null, "logo": null}' || settings;

-- The pictures themselves; what a page needs to know of one stands in the merchant's settings.
create table logos (
  merchant_id uuid primary key references merchants,
  -- SHA-256 of the content in hex: the same for two merchants with the same picture.
  hash        text not null check (hash ~ '^[0-9a-f]{64}$'),
  type        text not null check (type in ('image/png', 'image/jpeg', 'image/webp')),
  content     bytea not null check (octet_length(content) between 1 and 16384)
);
create index logos_hash on logos (hash);
