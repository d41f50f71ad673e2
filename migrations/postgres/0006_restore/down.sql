DROP TABLE restore;
