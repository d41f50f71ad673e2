//! `marchline generate`.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use clap::{Arg, ArgMatches, Command, value_parser};

use super::output::Output;
use super::progress::shown;
use super::{Failure, told};
use crate::config::Config;
use crate::generate::{MAX_EVENTS, Synthetic};
use crate::load;
use crate::node::Node;
use crate::node::clock::Clock;

/// The arguments of the command.
pub fn command() -> Command {
    let events = Arg::new("events").long("events").value_name("N").required(true);
    let events = events.value_parser(value_parser!(u64).range(1..=MAX_EVENTS));
    let seed = Arg::new("seed").long("seed").value_name("S").value_parser(value_parser!(u64)).default_value("1");
    let out = Arg::new("out").long("out").value_name("FILE");
    Command::new("generate")
        .about("Make up events, with all that they name, to try things out on")
        .arg(events.help("How many events; corrections of some come on top"))
        .arg(seed.help("Where chance begins: the same number gives the same documents"))
        .arg(out.help("Write them as lines that import takes, - for standard output; into the database unless given"))
}

/// Runs the command.
pub fn run(config: &Config, arguments: &ArgMatches) -> Result<ExitCode, Failure> {
    let number = |name| arguments.get_one::<u64>(name).copied().unwrap_or(1);
    let world = Synthetic::new(number("events"), number("seed"));
    let Some(path) = arguments.get_one::<String>("out") else {
        return into_database(config, &world);
    };
    let mut output = Output::to(Some(path.as_str()).filter(|path| *path != "-"))?;
    world.ndjson(&mut output)?;
    output.finish()?;
    Ok(ExitCode::SUCCESS)
}

fn into_database(config: &Config, world: &Synthetic) -> Result<ExitCode, Failure> {
    let documents = AtomicU64::new(0);
    let now = || {
        let documents = documents.load(Ordering::Relaxed);
        (documents, format!("{documents} documents"))
    };
    let report = shown(now, Some(world.documents()), || {
        let node = Node::for_loading(config.database.clone(), Clock::system())?;
        let writer = node.writer().ok_or("the writer has stopped")?;
        Ok(load::synthetic(writer, world, &documents)?)
    })?;
    Ok(told(&report))
}
