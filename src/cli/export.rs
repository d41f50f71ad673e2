//! `marchline export`.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::Failure;
use super::output::Output;
use super::progress::shown;
use crate::config::Config;
use crate::domain::instant::Instant;
use crate::domain::privacy::Clearance;
use crate::domain::resource::{Reference, Resource};
use crate::export;
use crate::formats::Form;
use crate::formats::question::{Manner, Question, Surroundings};
use crate::formats::walk::Whole;
use crate::index::Index;
use crate::index::saved::SavedIndex;
use crate::index::sight::Sight;
use crate::node::reader::Reader;
use crate::query::params::{ParamFault, Params, shown as shown_name};
use crate::query::text::TextQuery;
use crate::query::timeline::AskedTimeline;
use crate::store::log;

/// The arguments of the command.
pub fn command() -> Command {
    let format =
        Arg::new("format").long("format").value_parser(PossibleValuesParser::new(Form::CODES)).default_value("ndjson");
    let format = format
        .help("ndjson without --query: everything as lines that can be loaded again; else the events, in this form");
    let out = Arg::new("out").long("out").value_name("FILE").help("The file to write; standard output unless given");
    let query = Arg::new("query").long("query").value_name("QUERY");
    let query = query
        .help("Which events, as the parameters of /v1/events, such as 'type=rally&from=2025'; all where it is empty");
    let timeline = Arg::new("timeline").long("timeline").value_name("SLUG");
    let timeline =
        timeline.help("The events of this timeline, by its slug or id; --query then holds its lang and as_of alone");
    let restricted = Arg::new("restricted").long("restricted").action(ArgAction::SetTrue);
    let restricted = restricted.help("Give the events whole, also what privacy policies keep from the public");
    Command::new("export")
        .about("Write everything, or events in another form")
        .args([format, query, timeline, restricted, out])
}

/// Runs the command; the exit code is 2 for a question that cannot be asked.
pub fn run(config: &Config, arguments: &ArgMatches) -> Result<ExitCode, Failure> {
    let text = |name| arguments.get_one::<String>(name).map(String::as_str);
    let form = text("format").and_then(Form::parse).unwrap_or(Form::Ndjson);
    let (query, timeline, is_restricted) = (text("query"), text("timeline"), arguments.get_flag("restricted"));
    if form == Form::Ndjson && query.is_none() && timeline.is_none() {
        if is_restricted {
            err!("marchline: --restricted is for lists of events: everything is written whole anyway");
            return Ok(ExitCode::from(2));
        }
        let mut output = Output::to(text("out"))?;
        let documents = export::ndjson(&mut config.database.connect()?, &mut output)?;
        output.finish()?;
        err!("{documents} documents");
        return Ok(ExitCode::SUCCESS);
    }
    let clearance = if is_restricted { Clearance::Restricted } else { Clearance::Public };
    let whole = match question(config, form, query.unwrap_or_default(), timeline, clearance)? {
        Ok(whole) => whole,
        Err(faults) => {
            for ParamFault { parameter, detail, .. } in faults {
                let place = if parameter == TIMELINE { parameter } else { format!("--query, {parameter}") };
                err!("marchline: {place}: {detail}");
            }
            return Ok(ExitCode::from(2));
        }
    };
    let mut output = Output::to(text("out"))?;
    let (total, events) = (whole.total(), AtomicU64::new(0));
    let now = || (events.load(Ordering::Relaxed), format!("{} of {total} events", events.load(Ordering::Relaxed)));
    shown(now, Some(total), || write(whole, &mut output, &events))?;
    output.finish()?;
    err!("{} events", events.into_inner());
    Ok(ExitCode::SUCCESS)
}

/// The argument that names a timeline.
const TIMELINE: &str = "--timeline";

/// Begins the answer to a question, which the database is only read for.
fn question(
    config: &Config,
    form: Form,
    query: &str,
    timeline: Option<&str>,
    clearance: Clearance,
) -> Result<Result<Whole, Vec<ParamFault>>, Failure> {
    let mut conn = config.database.connect()?;
    let index = Arc::new(Index::new());
    index.start(&mut conn, config.index_file.clone().map(SavedIndex::at).as_ref())?;
    let state = index.read();
    let mut params = Params::parse(query);
    let as_of = params.take("as_of");
    let newest = state.head.seq;
    let seq = match as_of.as_deref().map(|text| (text.parse::<i64>().ok(), Instant::parse(text))) {
        None => newest,
        Some((Some(seq), _)) if (0..=newest).contains(&seq) => seq,
        Some((None, Some(instant))) => log::seq_at(&mut conn, instant)?.min(newest),
        Some(_) => {
            let detail =
                format!("Expected an RFC 3339 instant, or the number of an operation; the newest is {newest}.");
            params.fault("as_of", "malformed", detail);
            newest
        }
    };
    if let Some(restore) = state.restores.iter().find(|restore| restore.lost(seq)) {
        params.fault("as_of", "revision_lost", restore.why(seq));
    }
    let sight = Sight { state: &state, seq, clearance };
    let question = match timeline {
        None => Some(Question::parse(form, &state, clearance, &mut params)),
        Some(name) => of_timeline(form, name, sight, &mut params)?,
    };
    if question.as_ref().is_some_and(|question| question.query.q != TextQuery::default()) {
        params.fault("q", "unsupported_here", "The words of events are known to the service alone: ask it for this.");
    }
    let faults = params.finish();
    let Some(mut question) = question.filter(|_| faults.is_empty()) else {
        return Ok(Err(faults));
    };
    question.named = question.named.looked_up(&question.query, &mut conn)?;
    let recorded_at = log::recorded_at(&mut conn, seq)?;
    let list = timeline.map_or_else(|| "/v1/events".to_owned(), |name| format!("/v1/timelines/{name}/events"));
    let target = format!("{list}.{}?{query}", form.extension());
    let site = config.dataset.public_url.clone();
    let surroundings = Surroundings { dataset: &config.dataset, site, target, recorded_at };
    let begun = question.begin(&index, Reader::new(config.database.clone()), sight, surroundings, None)?;
    Ok(Ok(begun.counted()?))
}

/// The question for the events of a timeline, if it is there; faults stay with `params`.
fn of_timeline(form: Form, name: &str, sight: Sight<'_>, params: &mut Params) -> Result<Option<Question>, Failure> {
    let manner = Manner::parse(form, params);
    let found = Reference::parse(Resource::Timeline, name).and_then(|name| sight.find(Resource::Timeline, &name));
    let present = found.filter(|(_, entity)| entity.at(sight.seq).is_some_and(|version| version.document.is_some()));
    let Some((id, _)) = present else {
        params.fault(TIMELINE, "unknown_reference", format!("There is no timeline `{}`.", shown_name(name)));
        return Ok(None);
    };
    Ok(match Question::of_timeline(manner, AskedTimeline::of(id, sight)?) {
        Ok(question) => Some(question),
        Err(ParamFault { code, detail, .. }) => {
            params.fault(TIMELINE, code, detail);
            None
        }
    })
}

/// What standard output is told where the answer breaks off; why is told on standard error.
const BROKEN_OFF: &str = r#"{"title":"The database could not be read any more"}"#;

/// Writes an answer piece by piece. One that breaks off says so, as a stream of the service does.
fn write(mut whole: Whole, output: &mut Output, events: &AtomicU64) -> Result<(), Failure> {
    let mut text = Vec::new();
    while !whole.is_over() {
        let advanced = whole.advance(&mut text);
        if advanced.is_err() {
            whole.cut(BROKEN_OFF, &mut text);
        }
        output.write_all(&text)?;
        text.clear();
        advanced?;
        events.store(whole.given(), Ordering::Relaxed);
    }
    Ok(())
}
