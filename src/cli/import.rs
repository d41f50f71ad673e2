//! `marchline import`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::output::Output;
use super::progress::shown;
use super::{Failure, told};
use crate::config::Config;
use crate::import::mapping::{self, Mapping};
use crate::import::report::Report;
use crate::load::{self, Collection};
use crate::metrics::ImportFormat;
use crate::node::Node;
use crate::node::clock::{Clock, IdKind};
use crate::store::migrate;

/// The arguments of the command.
pub fn command() -> Command {
    let format = Arg::new("format").long("format").value_parser(PossibleValuesParser::new(ImportFormat::SENT));
    let format = format.required_unless_present("mapping").conflicts_with("mapping");
    let format = format.help(
        "ndjson: {\"resource\": …, \"document\": …} a line; marchline: a table as events.csv is; or whose file it is",
    );
    let mapping = Arg::new("mapping").long("mapping").value_name("TOML");
    let explain = Arg::new("explain").long("explain").value_name("LINE").value_parser(value_parser!(u64));
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    Command::new("import")
        .about("Load documents from a file")
        .arg(format)
        .arg(mapping.help("A mapping of your own: which column or member goes to which field"))
        .arg(explain.help("Tell how the record on a line becomes an event, and write nothing"))
        .arg(Arg::new("file").required(true).value_name("FILE").help("The file, or - for standard input"))
        .arg(flag("dry-run").help("Tell what would be done, and write nothing"))
        .arg(flag("sync").help("Withdraw events that were imported before and that the file does not have any more"))
        .arg(flag("force").help(
            "Write changed rows also over events that an editor has changed since, and withdraw whatever the file lacks",
        ))
        .arg(Arg::new("report").long("report").value_name("FILE").help("Write the whole report there, as JSON"))
}

/// Runs the command.
pub fn run(config: &Config, arguments: &ArgMatches) -> Result<ExitCode, Failure> {
    let (format, collection) = match whose(arguments)? {
        Ok(whose) => whose,
        Err(code) => return Ok(code),
    };
    let asked = ["dry-run", "force", "sync"].into_iter().filter(|flag| arguments.get_flag(flag));
    let asked = asked.chain(arguments.contains_id("explain").then_some("explain"));
    if let Some(flag) = asked.into_iter().find(|_| collection.is_none()) {
        err!("marchline: --{flag} is not for --format {format}: {}", only_for_collections(flag));
        return Ok(ExitCode::from(2));
    }
    if arguments.get_flag("sync") && collection.as_ref().is_some_and(Collection::lists_deletions) {
        err!("marchline: --sync is not for a list of deletions, which lacks whatever is still there");
        return Ok(ExitCode::from(2));
    }
    let file = arguments.get_one::<String>("file").map_or("-", String::as_str);
    let (input, length): (Box<dyn Read + Send>, Option<u64>) = match file {
        "-" => (Box::new(std::io::stdin()), None),
        path => {
            let file = File::open(path).map_err(|error| format!("{path}: {error}"))?;
            let length = file.metadata().ok().map(|metadata| metadata.len());
            (Box::new(file), length)
        }
    };
    let input = BufReader::new(input);
    if let (Some(line), Some(collection)) = (arguments.get_one::<u64>("explain"), &collection) {
        out!("{}", mapping::explain(&collection.0, input, *line)?.trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let mut report = Report::default();
    let loaded = match &collection {
        Some(collection) => taken_over(config, arguments, (format, collection), input, length, &mut report),
        None => own(config, format, input, length, &mut report),
    };
    if let Some(path) = arguments.get_one::<String>("report") {
        let mut out = Output::to(Some(path))?;
        serde_json::to_writer_pretty(&mut out, &report)?;
        out.write_all(b"\n")?;
        out.finish()?;
    }
    if collection.is_some() {
        // Also of what broke off: how far it came.
        if loaded.is_ok() || report.lines > 0 {
            print_summary(&report, arguments.get_flag("dry-run"));
        }
        // Files of others have rows that are refused as a rule; where all are, nothing of the file was taken over.
        let is_for_nothing = report.lines > 0 && report.refused == report.lines;
        return loaded.map(|()| if is_for_nothing { ExitCode::FAILURE } else { ExitCode::SUCCESS });
    }
    loaded.map(|()| told(&report))
}

/// Whose file it is; or the exit code, where the mapping cannot be read.
fn whose(arguments: &ArgMatches) -> Result<Result<(ImportFormat, Option<Collection>), ExitCode>, Failure> {
    if let Some(path) = arguments.get_one::<String>("mapping") {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        return Ok(match Mapping::parse(&text) {
            Ok(mapping) => Ok((ImportFormat::Mapping, Some(Collection(Arc::new(mapping))))),
            Err(faults) => {
                for fault in faults {
                    err!("marchline: {path}: {fault}");
                }
                Err(ExitCode::from(2))
            }
        });
    }
    let format = arguments.get_one::<String>("format").and_then(|code| ImportFormat::parse(code));
    let format = format.unwrap_or(ImportFormat::Ndjson);
    Ok(Ok((format, Collection::of(format))))
}

/// Why a flag means nothing for documents of our own; the API says the same.
fn only_for_collections(flag: &str) -> &'static str {
    match flag {
        "sync" => "documents belong to no collection that could be synchronised",
        "explain" => "a document is what it becomes",
        "force" => "documents are always written over what is there",
        _ => "documents refer to each other, so that only writing them tells what they do",
    }
}

fn own(
    config: &Config,
    format: ImportFormat,
    input: impl BufRead + Send,
    length: Option<u64>,
    report: &mut Report,
) -> Result<(), Failure> {
    let progress = load::Progress::new(format, length);
    shown(
        || in_words(&progress),
        length,
        || {
            let node = Node::for_loading(config.database.clone(), Clock::system())?;
            let writer = node.writer().ok_or("the writer has stopped")?;
            let behalf = load::Behalf::default();
            Ok(progress.told(&config.database, || load::own(writer, format, input, &behalf, &progress, report))?)
        },
    )
}

fn in_words(progress: &load::Progress) -> (u64, String) {
    let (bytes, records) = progress.now();
    (bytes, format!("{records} records"))
}

/// A file that was read to its end is a success, also where rows were refused: the report says which and why.
fn taken_over(
    config: &Config,
    arguments: &ArgMatches,
    (format, collection): (ImportFormat, &Collection),
    input: impl BufRead + Send,
    length: Option<u64>,
    report: &mut Report,
) -> Result<(), Failure> {
    let flag = |name| arguments.get_flag(name);
    let options = load::Options { force: flag("force"), sync: flag("sync"), ..load::Options::default() };
    let progress = load::Progress::new(format, length);
    let dry_run = flag("dry-run");
    shown(
        || in_words(&progress),
        length,
        || {
            let database = &config.database;
            if dry_run {
                // So that it can be tried before anything is there.
                migrate::migrate(&mut database.connect()?, Clock::system().id(IdKind::Timed))?;
                return Ok::<_, Failure>(load::rehearse(database, collection, input, &options, &progress, report)?);
            }
            let node = Node::for_loading(database.clone(), Clock::system())?;
            let writer = node.writer().ok_or("the writer has stopped")?;
            let target = load::Target { writer, index: &node.index, database };
            Ok(progress.told(database, || load::take_over(target, collection, input, &options, &progress, report))?)
        },
    )
}

fn print_summary(report: &Report, dry_run: bool) {
    if dry_run {
        out!("nothing was written; it would be:");
    }
    let counts = [
        ("records", report.lines),
        ("created", report.created),
        ("corrected", report.corrected),
        ("unchanged", report.unchanged),
        ("joined", report.joined),
        ("collapsed", report.collapsed),
        ("conflicting", report.conflicting),
        ("ignored", report.ignored),
        ("refused", report.refused),
        ("retracted", report.retracted),
        ("kept", report.kept),
    ];
    out!("{}", counts.map(|(name, count)| format!("{name} {count}")).join(", "));
    let Report { repaired, linked, errors_total, notices_total, .. } = report;
    out!("{repaired} cells repaired, {linked} events linked, {errors_total} errors, {notices_total} notices");
    for error in report.errors.iter().take(20) {
        let column = error.column.as_deref().map(|column| format!(", {column}")).unwrap_or_default();
        out!("line {}{column}: {}", error.line, error.reason);
    }
    if report.errors_total > 20 {
        out!("… {} more; --report FILE keeps them", report.errors_total - 20);
    }
    for (column, rows, reason) in report.losses.iter() {
        out!("lost: {column} ({rows} records): {reason}");
    }
}
