DROP TABLE source_coverage;
