DROP TABLE duplicate_progress;
DROP TABLE duplicate;
