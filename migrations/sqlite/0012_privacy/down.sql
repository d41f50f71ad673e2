DROP INDEX version_edition;
ALTER TABLE version DROP COLUMN edition;
ALTER TABLE entity DROP COLUMN openly;
