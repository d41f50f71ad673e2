DROP TABLE import_group;
