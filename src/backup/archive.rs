//! What an archive of `pg_dump` holds, read from the statements that `pg_restore` makes of it.

use std::collections::HashMap;
use std::io::{self, BufRead};

use uuid::Uuid;

/// The contents of an archive.
#[derive(Debug, Default)]
pub struct Archive {
    /// How many rows each table has.
    rows: HashMap<String, i64>,
    /// The dataset, its epoch and its newest operation.
    pub dataset: Option<(Uuid, i64, i64)>,
    /// The migrations that were applied.
    pub migrations: Vec<String>,
}

/// The table in which diesel keeps what was applied.
pub const MIGRATIONS: &str = "__diesel_schema_migrations";

impl Archive {
    /// Reads to the end.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn read(mut input: impl BufRead) -> io::Result<Self> {
        let mut archive = Self::default();
        let mut copying: Option<(String, Vec<String>)> = None;
        let mut line = Vec::new();
        while input.read_until(b'\n', &mut line)? > 0 {
            match &copying {
                None => {
                    copying = table(&line);
                    let rows = copying.iter().map(|(table, _)| (table.clone(), 0));
                    archive.rows.extend(rows);
                }
                Some(_) if line == b"\\.\n" => copying = None,
                Some((table, columns)) => archive.row(table, columns, &line),
            }
            line.clear();
        }
        Ok(archive)
    }

    fn row(&mut self, table: &str, columns: &[String], line: &[u8]) {
        if let Some(rows) = self.rows.get_mut(table) {
            *rows += 1;
        }
        if table != "dataset" && table != MIGRATIONS {
            return;
        }
        let line = String::from_utf8_lossy(line);
        let values: Vec<&str> = line.trim_end_matches('\n').split('\t').collect();
        let value = |name: &str| values.get(columns.iter().position(|column| column == name)?).copied();
        if table == MIGRATIONS {
            self.migrations.extend(value("version").map(str::to_owned));
        } else {
            let number = |name| value(name)?.parse().ok();
            self.dataset = (|| Some((value("dataset_id")?.parse().ok()?, number("epoch")?, number("seq")?)))();
        }
    }

    /// How many rows a table has; `None` where there is no such table.
    pub fn rows_of(&self, table: &str) -> Option<i64> {
        self.rows.get(table).copied()
    }
}

/// The table whose rows follow, without its schema, and their columns.
fn table(line: &[u8]) -> Option<(String, Vec<String>)> {
    let line = str::from_utf8(line).ok()?.trim_end();
    let (table, columns) = line.strip_prefix("COPY ")?.strip_suffix(") FROM stdin;")?.split_once(" (")?;
    let plain = |name: &str| name.trim().trim_matches('"').to_owned();
    let (_, table) = table.rsplit_once('.').unwrap_or(("", table));
    Some((plain(table), columns.split(',').map(plain).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_and_the_dataset_is_known() {
        let text = "SET x = 1;\n\nCOPY public.dataset (id, dataset_id, epoch, seq) FROM stdin;\n\
            1\t019c1159-7000-7000-8000-000000000001\t2\t42\n\\.\n\n\
            COPY public.\"version\" (no, \"kind\") FROM stdin;\n1\tCOPY a (b) FROM stdin;\n2\t\\\\.\n\\.\n\
            COPY public.__diesel_schema_migrations (version, run_on) FROM stdin;\n0001\t2026-01-01\n\\.\n\
            COPY public.restore (epoch) FROM stdin;\n\\.\n";
        let archive = Archive::read(text.as_bytes()).ok();
        let read = archive.as_ref().map(|archive| {
            (archive.dataset.map(|(_, epoch, seq)| (epoch, seq)), &*archive.migrations, archive.rows_of("version"))
        });
        assert_eq!(read, Some((Some((2, 42)), &["0001".to_owned()][..], Some(2))));
        assert_eq!(archive.map(|archive| (archive.rows_of("restore"), archive.rows_of("b"))), Some((Some(0), None)));
    }
}
