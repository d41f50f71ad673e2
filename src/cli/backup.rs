//! `marchline backup` and `marchline restore`.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::Failure;
use super::progress::shown;
use crate::backup::{Progress, make, restore};
use crate::config::Config;

fn force(help: &'static str) -> Arg {
    Arg::new("force").long("force").action(ArgAction::SetTrue).help(help)
}

/// The arguments of `backup`.
pub fn command() -> Command {
    let out = Arg::new("out").long("out").value_name("FILE").required(true);
    Command::new("backup")
        .about("Write the whole database to one file, while others use it")
        .arg(out.help("The file to write; its SHA-256 goes to FILE.sha256"))
        .arg(force("Replace the file where it is there already"))
}

/// The arguments of `restore`.
pub fn restore_command() -> Command {
    Command::new("restore")
        .about("Put a backup in the place of the database, and begin an epoch")
        .arg(Arg::new("file").required(true).value_name("FILE").help("What backup wrote"))
        .arg(force("Replace a SQLite database that holds something"))
}

fn file<'a>(arguments: &'a ArgMatches, name: &str) -> &'a Path {
    Path::new(arguments.get_one::<String>(name).map_or("", String::as_str))
}

/// Runs `backup`.
pub fn run(config: &Config, arguments: &ArgMatches) -> Result<ExitCode, Failure> {
    let (started, progress, out) = (Instant::now(), Progress::default(), file(arguments, "out"));
    let (force, tools) = (arguments.get_flag("force"), config.postgres_tools.as_deref());
    let work = || Ok(make(&config.database, out, force, tools, &progress)?);
    let made = shown(|| (0, progress.words()), None, work)?;
    let contents = made.contents;
    out!(
        "{}: {} operations, {} versions, at {}.{}; {} bytes in {:.1} s",
        out.display(),
        contents.operations,
        contents.versions,
        contents.head.epoch,
        contents.head.seq,
        made.bytes,
        started.elapsed().as_secs_f64()
    );
    out!("sha256 {}", made.digest);
    Ok(ExitCode::SUCCESS)
}

/// Runs `restore`.
pub fn run_restore(config: &Config, arguments: &ArgMatches) -> Result<ExitCode, Failure> {
    let (started, progress, backup) = (Instant::now(), Progress::default(), file(arguments, "file"));
    let (force, tools) = (arguments.get_flag("force"), config.postgres_tools.as_deref());
    let work = || Ok(restore(backup, &config.database, force, tools, &progress)?);
    let restored = shown(|| (0, progress.words()), None, work)?;
    if !restored.by_digest {
        err!("{}: there was no .sha256 beside it to compare it with", backup.display());
    }
    let begun = restored.restore;
    out!(
        "{}: {} operations, up to {}; epoch {} begins behind {}; {:.1} s",
        config.database,
        restored.operations,
        begun.from_seq,
        begun.epoch,
        begun.to_seq,
        started.elapsed().as_secs_f64()
    );
    Ok(ExitCode::SUCCESS)
}
