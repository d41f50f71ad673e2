//! `marchline keys`.

use std::process::ExitCode;

use chrono::TimeDelta;
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::json;
use uuid::Uuid;

use super::Failure;
use crate::config::Config;
use crate::domain::api_key::KeyRequest;
use crate::domain::instant::Instant;
use crate::domain::scope::Scope;
use crate::node::clock::{Clock, IdKind};
use crate::store::connection::AnyConnection;
use crate::store::keys::{self, ApiKey};
use crate::store::migrate;

/// The arguments of the command.
pub fn command() -> Command {
    let name = Arg::new("name").long("name").value_name("N").required(true).help("Whose it is; only you see it");
    let scope = Arg::new("scope").long("scope").value_name("S").required(true).action(ArgAction::Append);
    let scope = scope.value_parser(Scope::CODES.to_vec()).help("What it allows; admin includes all others");
    let label = Arg::new("label").long("label").value_name("L").help("What the public is told of who wrote with it");
    let expires = Arg::new("expires").long("expires").value_name("WHEN");
    let expires = expires.help("Days from now, or an RFC 3339 instant; never unless given");
    let id = Arg::new("id").value_name("ID").required(true).help("Its id, as `keys list` shows it");
    Command::new("keys")
        .about("Make, list and revoke the keys by which clients are known")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("create")
                .about("Make a key, and print it on the last line, this once")
                .args([name, scope, label, expires]),
        )
        .subcommand(Command::new("list").about("List all keys, and what became of them"))
        .subcommand(Command::new("revoke").about("Revoke a key for good, at once").arg(id))
}

/// Runs the command.
pub fn run(config: &Config, arguments: &ArgMatches) -> Result<ExitCode, Failure> {
    let clock = Clock::system();
    let mut conn = config.database.connect()?;
    migrate::migrate(&mut conn, clock.id(IdKind::Timed))?;
    match arguments.subcommand() {
        Some(("create", arguments)) => create(&mut conn, &clock, arguments),
        Some(("revoke", arguments)) => revoke(&mut conn, &clock, arguments),
        _ => list(&mut conn, clock.now()),
    }
}

fn create(conn: &mut AnyConnection, clock: &Clock, arguments: &ArgMatches) -> Result<ExitCode, Failure> {
    let text = |name| arguments.get_one::<String>(name);
    let scopes: Vec<_> = arguments.get_many::<String>("scope").into_iter().flatten().collect();
    let now = clock.now();
    let expires_at = text("expires").map(|text| days_from(now, text).unwrap_or_else(|| text.clone()));
    let document = json!({"name": text("name"), "scopes": scopes, "label": text("label"), "expires_at": expires_at});
    let request = KeyRequest::read(&document, now).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.detail)).collect();
        faults.join("\n")
    })?;
    let (key, secret) = keys::create(conn, request, clock.id(IdKind::Timed), now)?;
    err!("{}\nThe key itself is not kept and cannot be shown again:", line(&key, now));
    out!("{}", secret.reveal());
    Ok(ExitCode::SUCCESS)
}

/// The instant so many days from now, as text; `None` where the text is no number of days.
fn days_from(now: Instant, text: &str) -> Option<String> {
    let days = text.parse::<u16>().ok()?;
    Instant::from_datetime(now.to_datetime() + TimeDelta::days(days.into())).map(|instant| instant.to_string())
}

fn revoke(conn: &mut AnyConnection, clock: &Clock, arguments: &ArgMatches) -> Result<ExitCode, Failure> {
    let text = arguments.get_one::<String>("id").map(String::as_str).unwrap_or_default();
    let is_there = match Uuid::try_parse(text) {
        Ok(id) => keys::revoke(conn, id, clock.now())?,
        Err(_) => false,
    };
    if !is_there {
        return Err(format!("there is no key `{text}`; `marchline keys list` shows all").into());
    }
    out!("revoked {text}");
    Ok(ExitCode::SUCCESS)
}

fn list(conn: &mut AnyConnection, now: Instant) -> Result<ExitCode, Failure> {
    for key in keys::all(conn)? {
        out!("{}", line(&key, now));
    }
    Ok(ExitCode::SUCCESS)
}

/// A key in one line: id, scopes, name, label, and what became of it.
fn line(key: &ApiKey, now: Instant) -> String {
    let state = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(at)) if at <= now => format!("expired {at}"),
        (None, Some(at)) => format!("expires {at}"),
        (None, None) => "never expires".to_owned(),
    };
    let label = key.label.as_deref().unwrap_or("-");
    format!("{}\t{}\t{}\t{label}\tmade {}\t{state}", key.id, key.scopes, key.name, key.created_at)
}
