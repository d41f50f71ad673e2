-- As on PostgreSQL, where more keys were turned around: SQLite uses all columns of a key that are asked for, in either order.
DROP INDEX external_id_scheme_id;
CREATE INDEX external_id_id_scheme ON external_id (id, scheme);
DROP INDEX import_group_name;
CREATE INDEX import_group_name ON import_group (name, scheme);
