-- Ids lead these keys, since they tell rows apart and schemes do not. Without statistics the planner takes a scheme for rare:
-- it then read all rows of a scheme and compared each with every id that was asked for.
DROP INDEX external_id_scheme_id;
CREATE INDEX external_id_id_scheme ON external_id (id, scheme);
ALTER TABLE import_record DROP CONSTRAINT import_record_pkey, ADD PRIMARY KEY (id, scheme);
ALTER TABLE import_group DROP CONSTRAINT import_group_pkey, ADD PRIMARY KEY (id, scheme);
DROP INDEX import_group_name;
CREATE INDEX import_group_name ON import_group (name, scheme);
