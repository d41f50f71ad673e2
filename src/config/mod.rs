//! Settings. Each is named once, in one table; a value comes from the flag, else the environment, else the file, else
//! the default.

mod settings;

use std::collections::HashMap;
use std::net::ToSocketAddrs;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ArgMatches;
use thiserror::Error;

pub use settings::{SETTINGS, Setting, flags};

use crate::domain::codes;
use crate::domain::webhook::Targets;
use crate::store::connection::DatabaseUrl;
use crate::webhooks::deliveries::Options;

codes! {
    /// What a line of the access log holds.
    pub enum AccessLog {
        /// Nothing is logged.
        Off = "off",
        /// Route, status, time and request id.
        Brief = "brief",
        /// Also the client's address and the query string.
        Full = "full",
    }
}

codes! {
    /// Who may read.
    pub enum ReadAccess {
        /// Anybody.
        Public = "public",
        /// Whoever has a key, with any scope.
        Keys = "keys",
    }
}

codes! {
    /// Whether a node looks for duplicates.
    pub enum Duplicates {
        /// It does.
        Search = "search",
        /// It leaves that to others.
        Off = "off",
    }
}

codes! {
    /// Whether a node delivers webhooks.
    pub enum Webhooks {
        /// It does.
        Deliver = "deliver",
        /// It leaves that to others.
        Off = "off",
    }
}

/// Requests that are answered in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Of an address, without a key.
    pub address: NonZeroU32,
    /// Of a key.
    pub key: NonZeroU32,
}

/// What the dataset calls itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the settings of the same names")]
pub struct DatasetSettings {
    pub name: String,
    pub licence: Option<String>,
    pub attribution: Option<String>,
    pub public_url: Option<String>,
    /// The proxies in front, at least one, whose word is taken for the address of the service; `None` where that of nobody is.
    pub forwarded: Option<NonZeroUsize>,
}

/// All settings, read and checked.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the settings of the same names")]
pub struct Config {
    pub database: DatabaseUrl,
    pub index_file: Option<PathBuf>,
    pub postgres_tools: Option<PathBuf>,
    pub duplicates: Duplicates,
    pub bind: String,
    pub workers: Option<usize>,
    pub document_cache: u64,
    pub question_timeout: Duration,
    pub question_turns: Option<usize>,
    pub shutdown_timeout: u64,
    pub access_log: AccessLog,
    pub read_access: ReadAccess,
    pub rate_limit: Option<RateLimit>,
    pub proxies: usize,
    pub import_limit: u64,
    pub import_folder: PathBuf,
    pub webhooks: Webhooks,
    /// The three settings of webhooks beside.
    pub webhook_options: Options,
    pub dataset: DatasetSettings,
    pub log: String,
}

/// A setting that cannot be meant.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the settings file {path} cannot be read: {reason}")]
    File {
        /// Which file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The file names something that is no setting.
    #[error("the settings file names `{0}`, which is no setting")]
    UnknownSetting(String),
    /// A value cannot be used.
    #[error("{variable} (--{flag}): {reason}")]
    Value {
        /// The setting, as a variable.
        variable: &'static str,
        /// The setting, as a flag.
        flag: String,
        /// What is wrong.
        reason: String,
    },
}

impl Config {
    /// Puts the settings together.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn read(matches: &ArgMatches, environment: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let file = matches.get_one::<String>("config").cloned().or_else(|| environment("MARCHLINE_CONFIG"));
        let file = file.map(|path| read_file(Path::new(&path))).transpose()?.unwrap_or_default();
        let value = |name: &'static str| {
            let setting = SETTINGS.iter().find(|setting| setting.name == name)?;
            let given = matches.get_one::<String>(name).cloned().or_else(|| environment(setting.variable));
            given.or_else(|| file.get(name).cloned()).or_else(|| setting.default.map(str::to_owned))
        };
        let required = |name| value(name).unwrap_or_default();
        let database = required("database_url").parse::<DatabaseUrl>();
        let database = database.map_err(|error| wrong("database_url", error.to_string()))?;
        let bind = required("bind");
        if bind.to_socket_addrs().is_err() {
            return Err(wrong("bind", "expected an address and a port, such as 127.0.0.1:8080"));
        }
        let several = |name, of: &str| {
            let number = value(name).map(|text| text.parse().ok().filter(|number| *number > 0_usize));
            match number {
                Some(None) => Err(wrong(name, format!("expected a number of {of}, at least 1"))),
                number => Ok(number.flatten()),
            }
        };
        let seconds = required("shutdown_timeout").parse();
        let proxies = required("proxies").parse().map_err(|_| wrong("proxies", "expected a number of proxies"))?;
        let mebibytes = required("document_cache").parse::<u32>();
        Ok(Self {
            index_file: index_file(value("index_file"), &database),
            database,
            postgres_tools: value("postgres_tools").map(PathBuf::from),
            duplicates: Duplicates::parse(&required("duplicates"))
                .ok_or_else(|| wrong("duplicates", "expected search or off"))?,
            bind,
            workers: several("workers", "threads")?,
            document_cache: mebibytes
                .map(u64::from)
                .map_err(|_| wrong("document_cache", "expected a number of MiB"))?,
            question_turns: several("question_turns", "questions")?,
            question_timeout: seconds_of(&required("question_timeout"), 3_600)
                .ok_or_else(|| wrong("question_timeout", "expected a number of seconds from 1 to 3600"))?,
            shutdown_timeout: seconds.map_err(|_| wrong("shutdown_timeout", "expected a number of seconds"))?,
            access_log: AccessLog::parse(&required("access_log"))
                .ok_or_else(|| wrong("access_log", "expected off, brief or full"))?,
            read_access: ReadAccess::parse(&required("read_access"))
                .ok_or_else(|| wrong("read_access", "expected public or keys"))?,
            rate_limit: rate_limit(&required("rate_limit"))?,
            proxies,
            import_limit: required("import_limit")
                .parse::<u32>()
                .map(|mebibytes| u64::from(mebibytes) << 20)
                .map_err(|_| wrong("import_limit", "expected a number of MiB"))?,
            import_folder: value("import_folder").map_or_else(std::env::temp_dir, PathBuf::from),
            webhooks: Webhooks::parse(&required("webhooks"))
                .ok_or_else(|| wrong("webhooks", "expected deliver or off"))?,
            webhook_options: webhook_options(required)?,
            dataset: DatasetSettings {
                name: required("dataset_name"),
                licence: value("dataset_licence"),
                attribution: value("dataset_attribution"),
                public_url: value("public_url").map(|url| origin(&url)).transpose()?,
                forwarded: match required("forwarded").as_str() {
                    "on" => Some(NonZeroUsize::new(proxies).unwrap_or(NonZeroUsize::MIN)),
                    "off" => None,
                    _ => return Err(wrong("forwarded", "expected on or off")),
                },
            },
            log: required("log"),
        })
    }
}

/// The address of a web server, with a path where it stands below one, without a slash at the end.
fn origin(url: &str) -> Result<String, ConfigError> {
    let parsed =
        url::Url::parse(url).ok().filter(|url| ["http", "https"].contains(&url.scheme()) && url.query().is_none());
    let parsed =
        parsed.ok_or_else(|| wrong("public_url", "expected an address such as https://timeline.example.org"))?;
    Ok(parsed.as_str().trim_end_matches('/').to_owned())
}

/// Where the index is kept: for a SQLite database beside it, for another one nowhere, unless it is said.
fn index_file(given: Option<String>, database: &DatabaseUrl) -> Option<PathBuf> {
    match (given, database) {
        (Some(path), _) => Some(path).filter(|path| path != "off").map(PathBuf::from),
        (None, DatabaseUrl::Sqlite(path)) => {
            let mut path = path.clone().into_os_string();
            path.push(".index");
            Some(path.into())
        }
        (None, DatabaseUrl::Postgres(_)) => None,
    }
}

fn rate_limit(text: &str) -> Result<Option<RateLimit>, ConfigError> {
    if text == "off" {
        return Ok(None);
    }
    let number = |text: &str| text.trim().parse().ok();
    let limit = text
        .split_once(',')
        .and_then(|(address, key)| Some(RateLimit { address: number(address)?, key: number(key)? }));
    let expected = "expected two numbers of requests a minute, such as 600,6000, or off";
    limit.map(Some).ok_or_else(|| wrong("rate_limit", expected))
}

/// A number of seconds, at least one.
fn seconds_of(text: &str, most: u64) -> Option<Duration> {
    text.trim().parse().ok().filter(|seconds| (1..=most).contains(seconds)).map(Duration::from_secs)
}

fn webhook_options(required: impl Fn(&'static str) -> String) -> Result<Options, ConfigError> {
    let targets = match required("webhook_private").as_str() {
        "on" => Targets::Any,
        "off" => Targets::Public,
        _ => return Err(wrong("webhook_private", "expected on or off")),
    };
    // A node that stops waits for what is under way.
    let timeout = seconds_of(&required("webhook_timeout"), 300);
    let timeout = timeout.ok_or_else(|| wrong("webhook_timeout", "expected a number of seconds from 1 to 300"))?;
    let retry = required("webhook_retry");
    let retry = retry
        .split_once(',')
        .and_then(|(first, last)| Some((seconds_of(first, 86_400)?, seconds_of(last, 30 * 86_400)?)));
    let (first_retry, give_up) = retry.filter(|(first, last)| first <= last).ok_or_else(|| {
        wrong("webhook_retry", "expected two numbers of seconds, the first at most a day, such as 5,86400")
    })?;
    Ok(Options { targets, timeout, first_retry, give_up })
}

fn wrong(name: &'static str, reason: impl Into<String>) -> ConfigError {
    let setting = SETTINGS.iter().find(|setting| setting.name == name);
    let variable = setting.map_or(name, |setting| setting.variable);
    ConfigError::Value { variable, flag: name.replace('_', "-"), reason: reason.into() }
}

fn read_file(path: &Path) -> Result<HashMap<String, String>, ConfigError> {
    let failed = |reason: String| ConfigError::File { path: path.display().to_string(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| failed(error.to_string()))?;
    let mut values = HashMap::new();
    for (name, value) in table {
        if !SETTINGS.iter().any(|setting| setting.name == name) {
            return Err(ConfigError::UnknownSetting(name));
        }
        let text = match value {
            toml::Value::String(text) => Ok(text),
            toml::Value::Integer(number) => Ok(number.to_string()),
            _ => Err(failed(format!("`{name}` must be text or a whole number"))),
        };
        values.insert(name, text?);
    }
    Ok(values)
}
