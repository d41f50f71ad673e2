//! The programs of PostgreSQL that write and read its backups.

use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use percent_encoding::percent_decode_str;

use super::archive::{Archive, MIGRATIONS};
use super::{BackupError, Result};

/// `pg_dump` and `pg_restore`.
pub struct Tools {
    dump: PathBuf,
    restore: PathBuf,
}

/// The folders in which they are looked for: those of PATH, and where Debian and Red Hat keep each version's.
fn usual_folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let inside = |folder: &str| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path().join("bin")).collect::<Vec<_>>()
    };
    let red_hat = inside("/usr").into_iter().filter(|folder| folder.to_string_lossy().starts_with("/usr/pgsql-"));
    std::env::split_paths(&path).chain(inside("/usr/lib/postgresql")).chain(red_hat).collect()
}

/// The version of a program, without its minor number; `None` where it cannot be run.
fn version(program: &Path) -> Option<u32> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

impl Tools {
    /// Finds the newest that there are, in one folder where that is named: older ones refuse newer servers.
    ///
    /// # Errors
    /// Where there are none.
    pub fn find(folder: Option<&Path>) -> Result<Self> {
        let folders = folder.map_or_else(usual_folders, |folder| vec![folder.to_owned()]);
        let found = folders.iter().filter_map(|folder| {
            let tools = Self { dump: folder.join("pg_dump"), restore: folder.join("pg_restore") };
            Some((version(&tools.dump)?.min(version(&tools.restore)?), tools))
        });
        let newest = found.max_by_key(|(version, _)| *version).map(|(_, tools)| tools);
        newest.ok_or_else(|| {
            let place = folder.map_or_else(
                || "on PATH and in /usr/lib/postgresql".to_owned(),
                |folder| format!("in {}", folder.display()),
            );
            BackupError::Refused(format!(
                "pg_dump and pg_restore are needed, and were looked for in vain {place}: install PostgreSQL's client \
                 programs (Debian: postgresql-client), or name their folder by --postgres-tools"
            ))
        })
    }

    /// Writes an archive of what a snapshot sees.
    ///
    /// # Errors
    /// What `pg_dump` says.
    pub fn dump(&self, url: &str, snapshot: &str, file: &Path) -> Result<()> {
        let mut command = Command::new(&self.dump);
        command.args(["--format=custom", "--no-owner", "--no-privileges"]).arg(format!("--snapshot={snapshot}"));
        command.arg("--file").arg(file);
        run(connected(&mut command, url)?, "")
    }

    /// Reads an archive to its end.
    ///
    /// # Errors
    /// Where it is not whole.
    pub fn read(&self, file: &Path) -> Result<Archive> {
        let mut command = Command::new(&self.restore);
        command.args(["--data-only", "--file=-"]).arg(file);
        let (archive, status, said) =
            piped(&mut command, "", |output| Archive::read(BufReader::with_capacity(1 << 18, output)))?;
        if status.success() { Ok(archive) } else { Err(BackupError::damaged(file, last_words(&said, status))) }
    }

    /// Restores an archive in one transaction, all but the list of migrations: without it no node starts on the database.
    ///
    /// # Errors
    /// What `pg_restore` says; then nothing was restored.
    pub fn restore(&self, file: &Path, url: &str) -> Result<()> {
        let output = Command::new(&self.restore).arg("--list").arg(file).output().map_err(BackupError::file(file))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(BackupError::damaged(file, last_words(&said, output.status)));
        }
        let list = String::from_utf8_lossy(&output.stdout);
        let kept = list.lines().filter(|line| !(line.contains(" TABLE DATA ") && line.contains(MIGRATIONS)));
        let kept: String = kept.flat_map(|line| [line, "\n"]).collect();
        let mut command = Command::new(&self.restore);
        command.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]);
        command.arg("--use-list=/dev/stdin").arg(file);
        run(connected(&mut command, url)?, &kept)
    }
}

/// Tells a program which database is meant. Everybody may see the arguments of a process, so that the password is not among
/// them.
fn connected<'a>(command: &'a mut Command, url: &str) -> Result<&'a mut Command> {
    let (url, password) = without_password(url)?;
    command.args(["--no-password", "--dbname"]).arg(url);
    Ok(command.envs(password.map(|password| ("PGPASSWORD", password))))
}

fn run(command: &mut Command, input: &str) -> Result<()> {
    let (_, status, said) = piped(command, input, |mut output| io::copy(&mut output, &mut io::sink()))?;
    if status.success() { Ok(()) } else { Err(BackupError::Tool(last_words(&said, status))) }
}

/// Runs a program, hands what it writes to `read`, and tells how it ended and what it complained about.
fn piped<T>(
    command: &mut Command,
    input: &str,
    read: impl FnOnce(&mut dyn Read) -> io::Result<T>,
) -> Result<(T, ExitStatus, String)> {
    let name = PathBuf::from(command.get_program());
    let run = || {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (value, said) = thread::scope(|scope| {
            let complaints = scope.spawn(move || {
                let mut said = Vec::new();
                stderr.map(|mut stderr| stderr.read_to_end(&mut said)).transpose().map(|_| said)
            });
            // One that fails reads nothing any more, and says itself why.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input.as_bytes())));
            let value = read(&mut stdout.ok_or(io::ErrorKind::BrokenPipe)?);
            let said = complaints.join().unwrap_or(Err(io::ErrorKind::Other.into()));
            Ok::<_, io::Error>((value?, said?))
        })?;
        Ok::<_, io::Error>((value, child.wait()?, String::from_utf8_lossy(&said).into_owned()))
    };
    run().map_err(BackupError::file(&name))
}

/// The last line of what a program complained about, which is the one that says why it ended.
fn last_words(said: &str, status: ExitStatus) -> String {
    let line = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    line.map_or_else(|| status.to_string(), str::to_owned)
}

/// A URL without its password, and the password, read as libpq reads them.
fn without_password(url: &str) -> Result<(String, Option<String>)> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let mut password = None;
    let rest = match rest.find(['@', '/']).filter(|at| rest.as_bytes()[*at] == b'@').map(|at| rest.split_at(at)) {
        Some((user, host)) => {
            let (user, secret) = user.split_once(':').map_or((user, None), |(user, secret)| (user, Some(secret)));
            password = secret.map(decoded);
            format!("{user}{host}")
        }
        None => rest.to_owned(),
    };
    let Some((place, query)) = rest.split_once('?') else {
        return Ok((format!("{scheme}://{rest}"), password));
    };
    let mut kept = Vec::new();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match decoded(name).as_str() {
            "password" => password = Some(decoded(value)),
            "sslpassword" => {
                let why = "pg_dump cannot be told the password of a client key in secret: use a key without one";
                return Err(BackupError::Refused(why.to_owned()));
            }
            _ => kept.push(pair),
        }
    }
    let separator = if kept.is_empty() { "" } else { "?" };
    Ok((format!("{scheme}://{place}{separator}{}", kept.join("&")), password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_stays_in_a_url() {
        for (url, shown, password) in [
            ("postgres://me:a%40b:c@h:1,i:2/d?x=y", "postgres://me@h:1,i:2/d?x=y", Some("a@b:c")),
            ("postgresql://h/d", "postgresql://h/d", None),
            ("postgres://h/a@b:c", "postgres://h/a@b:c", None),
            ("postgres://me@h/d?password=s&x=y", "postgres://me@h/d?x=y", Some("s")),
            ("postgres://me:old@/d?pass%77ord=s", "postgres://me@/d", Some("s")),
        ] {
            let found = without_password(url).ok();
            assert_eq!(found, Some((shown.to_owned(), password.map(str::to_owned))), "{url}");
        }
        assert!(without_password("postgres://h/d?sslpassword=x").is_err());
    }
}
