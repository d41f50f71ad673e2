//! What a database says of itself.

use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use marchline::store::connection::AnyConnection;

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The column `word` of a query's rows.
pub fn words(conn: &mut AnyConnection, query: &str) -> Vec<String> {
    let rows: Vec<Word> = match conn {
        AnyConnection::Sqlite(conn) => sql_query(query).load(conn),
        AnyConnection::Postgres(conn) => sql_query(query).load(conn),
    }
    .unwrap_or_else(|error| panic!("{query}: {error}"));
    rows.into_iter().map(|row| row.word).collect()
}

/// The column `number` of a query's only row.
pub fn number(conn: &mut AnyConnection, query: &str) -> i64 {
    let row: Number = match conn {
        AnyConnection::Sqlite(conn) => sql_query(query).get_result(conn),
        AnyConnection::Postgres(conn) => sql_query(query).get_result(conn),
    }
    .unwrap_or_else(|error| panic!("{query}: {error}"));
    row.number
}
