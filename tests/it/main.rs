//! What a user would notice, on SQLite and on PostgreSQL alike. One binary: what the tests share is built once.

mod support;

mod founding;
