DROP TABLE webhook_failure;
DROP TABLE webhook;
