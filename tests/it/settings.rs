//! Settings: where each comes from, what is refused, and that what is written about them is true.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use marchline::config::{SETTINGS, Setting};
use tempfile::TempDir;
use yaml_rust2::{Yaml, YamlLoader};

use crate::support::http::send;
use crate::support::program::{Served, command, words};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn file(name: &str) -> String {
    let path = Path::new(ROOT).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

/// What a command that must fail says; it runs in an empty folder and must leave it so.
fn refused(mut command: Command) -> String {
    let folder = folder();
    let output = command.current_dir(folder.path()).output().expect("the program runs");
    let (_, said) = words(&output);
    assert_eq!(output.status.code(), Some(1), "{command:?}: {said}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").collect();
    assert!(left.is_empty(), "{command:?} left {left:?}");
    said
}

/// What a server with these settings calls its dataset.
fn dataset_name(settings: &[&str], environment: &[(&str, &str)]) -> String {
    let folder = folder();
    let url = format!("sqlite://{}", folder.path().join("timeline.db").display());
    let served = Served::start_with(&url, settings, environment);
    let name = send(&served.base, "GET", "/v1", &[]).ok()["name"].as_str().expect("a name").to_owned();
    assert_eq!(served.stop(), Some(0));
    name
}

#[test]
fn a_mistyped_database_url_is_refused_and_creates_nothing() {
    for url in [
        "postgre://user:hunter2@host/db",
        "sqlite3://marchline.db",
        "marchline.db",
        "sqlite:marchline.db",
        "SQLITE://marchline.db",
        "mysql://user:hunter2@host/db",
        "file:///marchline.db",
        "/tmp/marchline.db",
        "sqlite://",
        "sqlite://:memory:",
        "://",
        "?",
    ] {
        for arguments in
            [&["serve"][..], &["serve", "--demo"], &["migrate"], &["check"], &["import", "--format", "ndjson", "-"]]
        {
            let said = refused(command(url, arguments));
            assert!(said.contains("DATABASE_URL") && said.contains("sqlite://"), "{url}: {said}");
            assert!(!said.contains("hunter2") && said.lines().count() == 1, "{url}: {said}");
        }
        let mut by_flag = command("sqlite://unused.db", &["serve", "--database-url", url]);
        by_flag.env_remove("DATABASE_URL");
        assert!(refused(by_flag).contains("--database-url"), "{url}");
    }
}

#[test]
fn a_value_that_cannot_be_meant_is_named() {
    for (flag, variable, value) in [
        ("bind", "MARCHLINE_BIND", "nonsense"),
        ("bind", "MARCHLINE_BIND", "127.0.0.1:99999"),
        ("workers", "MARCHLINE_WORKERS", "0"),
        ("workers", "MARCHLINE_WORKERS", "many"),
        ("shutdown-timeout", "MARCHLINE_SHUTDOWN_TIMEOUT", "soon"),
        ("shutdown-timeout", "MARCHLINE_SHUTDOWN_TIMEOUT", "-1"),
        ("access-log", "MARCHLINE_ACCESS_LOG", "loud"),
        ("rate-limit", "MARCHLINE_RATE_LIMIT", "many"),
        ("rate-limit", "MARCHLINE_RATE_LIMIT", "600"),
        ("rate-limit", "MARCHLINE_RATE_LIMIT", "0,1"),
        ("rate-limit", "MARCHLINE_RATE_LIMIT", "1,-1"),
        ("proxies", "MARCHLINE_PROXIES", "one"),
        ("webhooks", "MARCHLINE_WEBHOOKS", "on"),
        ("webhook-private", "MARCHLINE_WEBHOOK_PRIVATE", "yes"),
        ("webhook-timeout", "MARCHLINE_WEBHOOK_TIMEOUT", "0"),
        ("webhook-retry", "MARCHLINE_WEBHOOK_RETRY", "5"),
        ("webhook-retry", "MARCHLINE_WEBHOOK_RETRY", "10,5"),
    ] {
        let mut by_environment = command("sqlite://unused.db", &["serve"]);
        by_environment.env(variable, value);
        for command in [command("sqlite://unused.db", &["serve", &format!("--{flag}={value}")]), by_environment] {
            let said = refused(command);
            assert!(said.contains(variable) && said.contains(&format!("--{flag}")), "{flag}={value}: {said}");
        }
    }
}

#[test]
fn a_setting_comes_from_the_flag_else_the_environment_else_the_file_else_the_default() {
    let folder = folder();
    let path = folder.path().join("marchline.toml");
    std::fs::write(&path, "dataset_name = \"From the file\"\nworkers = 1\n").expect("the file can be written");
    let path = path.to_str().expect("a path of text");
    let (flag, environment) = (["--dataset-name", "From the flag"], ("MARCHLINE_DATASET_NAME", "From the environment"));
    let config = ["--config", path];
    assert_eq!(dataset_name(&[flag, config].concat(), &[environment]), "From the flag");
    assert_eq!(dataset_name(&config, &[environment]), "From the environment");
    assert_eq!(dataset_name(&config, &[]), "From the file");
    assert_eq!(dataset_name(&[], &[("MARCHLINE_CONFIG", path)]), "From the file");
    assert_eq!(
        dataset_name(&config, &[("MARCHLINE_DATASET_NAME", "")]),
        "From the file",
        "an empty variable says nothing"
    );
    assert_eq!(dataset_name(&[], &[]), "Marchline");
}

#[test]
fn a_settings_file_that_cannot_be_used_is_refused() {
    let folder = folder();
    for (text, named) in [
        ("datasetname = \"x\"", "datasetname"),
        ("[server]\nbind = \"127.0.0.1:0\"", "server"),
        ("workers = true", "workers"),
        ("workers = [1]", "workers"),
        ("bind = ", "bind"),
        ("bind = \"a\"\nbind = \"b\"", "bind"),
        ("access_log = \"loud\"", "access"),
    ] {
        let path = folder.path().join("marchline.toml");
        std::fs::write(&path, text).expect("the file can be written");
        let mut command = command("sqlite://unused.db", &["serve", "--config"]);
        command.arg(&path);
        let said = refused(command).to_lowercase();
        assert!(said.contains(named), "{text}: {said}");
    }
    let said = refused(command("sqlite://unused.db", &["serve", "--config", "/nowhere/marchline.toml"]));
    assert!(said.contains("/nowhere/marchline.toml"), "{said}");
}

#[test]
fn the_table_of_settings_is_complete_and_true() {
    let guide = file("docs/operating.md");
    let mut lines =
        guide.lines().skip_while(|line| *line != "| Setting | Flag | Environment | Default | Meaning |").skip(2);
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let table: Vec<Vec<String>> = lines.by_ref().take_while(|line| line.starts_with('|')).map(cells).collect();
    let code = |text: &str| format!("`{text}`");
    let row = |setting: &Setting| {
        let default = setting.default.map(code).unwrap_or_default();
        vec![
            code(setting.name),
            code(&format!("--{}", setting.flag())),
            code(setting.variable),
            default,
            setting.meaning.to_owned(),
        ]
    };
    assert_eq!(table, SETTINGS.iter().map(row).collect::<Vec<_>>(), "docs/operating.md");
}

#[test]
fn every_setting_is_a_flag_and_in_the_help() {
    let help = words(&command("sqlite://unused.db", &["serve", "--help"]).output().expect("the program runs")).0;
    let plain = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for setting in SETTINGS {
        assert!(plain.contains(&format!("--{} ", setting.flag())), "--{} is not in {help}", setting.flag());
        assert!(plain.contains(&format!("[env: {}]", setting.variable)), "{} is not in {help}", setting.variable);
    }
}

/// The environment of a service of docker-compose.yml.
fn compose_environment(compose: &Yaml, service: &str) -> BTreeMap<String, String> {
    let environment = compose["services"][service]["environment"].as_hash();
    let environment =
        environment.unwrap_or_else(|| panic!("the service {service} has an environment of names and values"));
    let text = |yaml: &Yaml| match yaml {
        Yaml::String(text) | Yaml::Real(text) => text.clone(),
        Yaml::Integer(number) => number.to_string(),
        other => panic!("{other:?} is no text"),
    };
    environment.iter().map(|(name, value)| (text(name), text(value))).collect()
}

#[test]
fn the_containers_set_what_there_is_to_set_and_hold_no_password() {
    let compose = YamlLoader::load_from_str(&file("docker-compose.yml")).expect("docker-compose.yml is YAML").remove(0);
    let marchline = compose_environment(&compose, "marchline");
    for name in marchline.keys() {
        assert!(
            SETTINGS.iter().any(|setting| setting.variable == name),
            "docker-compose.yml sets {name}, which is no setting"
        );
    }
    let url = &marchline["DATABASE_URL"];
    let (_, credentials) = url.split_once("://").expect("a URL");
    let (_, password) = credentials
        .split_once('@')
        .map(|(user, _)| user)
        .and_then(|user| user.split_once(':'))
        .expect("user and password");
    assert!(password.starts_with("${POSTGRES_PASSWORD"), "{url}");
    for (name, value) in marchline.iter().chain(&compose_environment(&compose, "postgres")) {
        if name.contains("PASSWORD") {
            assert!(value.starts_with("${"), "{name} is a literal: {value}");
        }
    }
    // The URL as it is with a password in it is one that the program takes.
    let filled = url.replace(&format!("{password}@"), "secret@");
    assert!(filled.parse::<marchline::store::connection::DatabaseUrl>().is_ok(), "{filled}");
}
