//! What every program here begins with: the database that the program's own settings name, and numbers on the command line.

use std::error::Error;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use marchline::config::{Config, flags};
use marchline::index::Index;
use marchline::index::saved::SavedIndex;
use marchline::store::connection::AnyConnection;
use marchline::text::shelf::folder_beside;

pub type Failure = Box<dyn Error>;

/// A command with the settings of `marchline`, a folder of questions, and numbers with their defaults.
pub fn command(name: &'static str, numbers: &[(&'static str, &'static str)]) -> Command {
    let number = |(name, default): &(&'static str, &'static str)| {
        let arg = Arg::new(*name).long(*name).value_name("NUMBER").default_value(*default);
        arg.value_parser(value_parser!(u32))
    };
    let folder = Arg::new("folder").value_name("FOLDER").required(true).value_parser(value_parser!(PathBuf));
    Command::new(name).args(flags()).arg(folder).args(numbers.iter().map(number))
}

/// A number of the command line.
pub fn number(matches: &ArgMatches, name: &str) -> usize {
    matches.get_one::<u32>(name).copied().unwrap_or_default() as usize
}

/// The folder of questions.
pub fn folder(matches: &ArgMatches) -> PathBuf {
    matches.get_one::<PathBuf>("folder").cloned().unwrap_or_default()
}

/// A database, and all that its log holds.
pub struct Opened {
    pub conn: AnyConnection,
    pub index: Index,
    /// Where a server keeps the words of events; `None` where it keeps nothing.
    #[allow(dead_code, reason = "only one program here looks for words")]
    pub words: Option<PathBuf>,
}

/// Opens the database, with the index that a server left where there is one.
///
/// # Errors
/// When it cannot be read, or a setting is wrong.
pub fn open(matches: &ArgMatches) -> Result<Opened, Failure> {
    let config = Config::read(matches, |variable| std::env::var(variable).ok())?;
    let mut conn = config.database.connect()?;
    let (index, file) = (Index::new(), config.index_file.map(SavedIndex::at));
    index.start(&mut conn, file.as_ref())?;
    Ok(Opened { conn, index, words: file.map(|file| folder_beside(file.path())) })
}
