//! The command line: arguments in, library calls, words out.

/// Prints a line. Whoever reads may have gone meanwhile, which undoes nothing and is no reason to end.
macro_rules! out {
    ($($text:tt)*) => {
        drop(std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{}\n", format_args!($($text)*))))
    };
}

/// The same to those who watch.
macro_rules! err {
    ($($text:tt)*) => {
        drop(std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{}\n", format_args!($($text)*))))
    };
}

mod backup;
mod export;
mod generate;
mod import;
mod keys;
mod output;
mod progress;
mod serve;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::config::{Config, flags};
use crate::http::openapi::{openapi_30_text, openapi_text};
use crate::import::report::{Report, RowError};
use crate::index::compare::compare;
use crate::index::saved::SavedIndex;
use crate::node::clock::{Clock, IdKind};
use crate::store::{check, migrate};
use crate::text::{self, shelf::folder_beside};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// By its own name: that of the program's version is clap's.
const OPENAPI_VERSION: &str = "openapi_version";

fn command() -> Command {
    let demo = Arg::new("demo").long("demo").action(ArgAction::SetTrue);
    let demo = demo.help("Load the founding timeline into an empty database first");
    let openapi_version = Arg::new(OPENAPI_VERSION).long("version").value_parser(["3.1", "3.0"]).default_value("3.1");
    let openapi_version = openapi_version.help("Which OpenAPI: 3.0 is for tools that read no other");
    Command::new("marchline")
        .about("An open timeline of protest, served as a REST API")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .args(flags())
        .subcommand(Command::new("serve").about("Serve the timeline").arg(demo))
        .subcommand(import::command())
        .subcommand(export::command())
        .subcommand(generate::command())
        .subcommand(keys::command())
        .subcommand(Command::new("migrate").about("Bring the database's tables up to date"))
        .subcommand(Command::new("check").about("Compare everything that is stored with itself and with the index"))
        .subcommand(backup::command())
        .subcommand(backup::restore_command())
        .subcommand(Command::new("openapi").about("Print the OpenAPI document").arg(openapi_version))
}

/// Runs the program; the exit code is 2 for wrong arguments, 1 for a failure.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => {
            // Help and version are errors to clap, and their exit code is 0.
            drop(error.print());
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    match dispatch(&matches) {
        Ok(code) => code,
        Err(error) => {
            err!("marchline: {error}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let Some((name, arguments)) = matches.subcommand() else {
        return Ok(ExitCode::from(2));
    };
    if name == "openapi" {
        let is_older = arguments.get_one::<String>(OPENAPI_VERSION).is_some_and(|version| version == "3.0");
        let text = if is_older { openapi_30_text() } else { openapi_text() };
        std::io::stdout().write_all(text.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::read(arguments, |variable| std::env::var(variable).ok().filter(|value| !value.is_empty()))?;
    env_logger::Builder::new().parse_filters(&config.log).format_timestamp_millis().init();
    match name {
        "serve" => serve::serve(&config, arguments.get_flag("demo")),
        "import" => import::run(&config, arguments),
        "generate" => generate::run(&config, arguments),
        "export" => export::run(&config, arguments),
        "keys" => keys::run(&config, arguments),
        "migrate" => migrate_only(&config),
        "backup" => backup::run(&config, arguments),
        "restore" => backup::run_restore(&config, arguments),
        _ => check_store(&config),
    }
}

/// Tells what became of documents: success where none was refused.
fn told(report: &Report) -> ExitCode {
    for RowError { line, column, reason, .. } in &report.errors {
        let column = column.as_deref().map(|column| format!(", {column}")).unwrap_or_default();
        err!("line {line}{column}: {reason}");
    }
    let Report { created, corrected, unchanged, refused, .. } = report;
    out!("created {created}, corrected {corrected}, unchanged {unchanged}, refused {refused}");
    if *refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn migrate_only(config: &Config) -> Result<ExitCode, Failure> {
    let mut conn = config.database.connect()?;
    migrate::migrate(&mut conn, Clock::system().id(IdKind::Timed))?;
    out!("{} is up to date", config.database);
    Ok(ExitCode::SUCCESS)
}

fn check_store(config: &Config) -> Result<ExitCode, Failure> {
    let mut conn = config.database.connect()?;
    let mut findings = check::check(&mut conn)?;
    let file = config.index_file.clone().map(SavedIndex::at);
    findings.differences.extend(compare(&mut conn, file.as_ref())?);
    if let Some(file) = &file {
        findings.differences.extend(text::compare::compare(&mut conn, &folder_beside(file.path()))?);
    }
    for finding in &findings.differences {
        out!("{finding}");
    }
    out!(
        "{} operations, {} versions, {} differences",
        findings.operations,
        findings.versions,
        findings.differences.len()
    );
    Ok(if findings.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
