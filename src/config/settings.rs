//! The table of all settings, and the flags that it makes.

use clap::Arg;

/// One setting.
pub struct Setting {
    /// Its name in the file, and with hyphens as a flag.
    pub name: &'static str,
    /// Its name in the environment.
    pub variable: &'static str,
    /// Its value when nothing is said; `None` for unset.
    pub default: Option<&'static str>,
    /// What it means.
    pub meaning: &'static str,
}

/// Every setting there is, as `docs/operating.md` lists them.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "database_url",
        variable: "DATABASE_URL",
        default: Some("sqlite://marchline.db"),
        meaning: "Where the data is: sqlite://FILE or postgres://USER@HOST/DATABASE",
    },
    Setting {
        name: "index_file",
        variable: "MARCHLINE_INDEX_FILE",
        default: None,
        meaning: "The file that keeps the index between two runs of serve, or off; unless set, beside a SQLite database",
    },
    Setting {
        name: "postgres_tools",
        variable: "MARCHLINE_POSTGRES_TOOLS",
        default: None,
        meaning: "The folder of pg_dump and pg_restore, for backup and restore; unless set, they are looked for",
    },
    Setting {
        name: "duplicates",
        variable: "MARCHLINE_DUPLICATES",
        default: Some("search"),
        meaning: "search: this node looks for events that may be one; off: it leaves that to others",
    },
    Setting {
        name: "bind",
        variable: "MARCHLINE_BIND",
        default: Some("127.0.0.1:8080"),
        meaning: "Address and port to serve on; port 0 takes a free one",
    },
    Setting {
        name: "workers",
        variable: "MARCHLINE_WORKERS",
        default: None,
        meaning: "Threads that answer requests, each with a database connection; one per core unless set",
    },
    Setting {
        name: "document_cache",
        variable: "MARCHLINE_DOCUMENT_CACHE",
        default: Some("256"),
        meaning: "MiB of memory for documents that were read lately, and a quarter of it again for pages",
    },
    Setting {
        name: "question_timeout",
        variable: "MARCHLINE_QUESTION_TIMEOUT",
        default: Some("10"),
        meaning: "Seconds that a question may take that looks at many events",
    },
    Setting {
        name: "question_turns",
        variable: "MARCHLINE_QUESTION_TURNS",
        default: None,
        meaning: "Such questions that are worked on at once; one for every two cores unless set",
    },
    Setting {
        name: "shutdown_timeout",
        variable: "MARCHLINE_SHUTDOWN_TIMEOUT",
        default: Some("30"),
        meaning: "Seconds that open requests have to finish when the service is told to stop",
    },
    Setting {
        name: "access_log",
        variable: "MARCHLINE_ACCESS_LOG",
        default: Some("brief"),
        meaning: "brief: route, status, time and request id; full: also address and query string; off",
    },
    Setting {
        name: "read_access",
        variable: "MARCHLINE_READ_ACCESS",
        default: Some("public"),
        meaning: "public: anybody may read; keys: whoever has a key",
    },
    Setting {
        name: "rate_limit",
        variable: "MARCHLINE_RATE_LIMIT",
        default: Some("600,6000"),
        meaning: "Requests a minute of an address without a key, and of a key; or off",
    },
    Setting {
        name: "proxies",
        variable: "MARCHLINE_PROXIES",
        default: Some("0"),
        meaning: "Proxies in front, each of which adds whom it was asked by to X-Forwarded-For; requests are counted by that",
    },
    Setting {
        name: "import_limit",
        variable: "MARCHLINE_IMPORT_LIMIT",
        default: Some("1024"),
        meaning: "MiB that a file may have that is imported over HTTP",
    },
    Setting {
        name: "import_folder",
        variable: "MARCHLINE_IMPORT_FOLDER",
        default: None,
        meaning: "The folder where such files are until they are imported; the system's folder for temporary files unless set",
    },
    Setting {
        name: "webhooks",
        variable: "MARCHLINE_WEBHOOKS",
        default: Some("deliver"),
        meaning: "deliver: this node delivers webhooks; off: it leaves that to others",
    },
    Setting {
        name: "webhook_private",
        variable: "MARCHLINE_WEBHOOK_PRIVATE",
        default: Some("off"),
        meaning: "on: webhooks may go to private addresses too, and unencrypted; off: to public ones by https only",
    },
    Setting {
        name: "webhook_timeout",
        variable: "MARCHLINE_WEBHOOK_TIMEOUT",
        default: Some("15"),
        meaning: "Seconds that the receiver of a webhook may take for a message",
    },
    Setting {
        name: "webhook_retry",
        variable: "MARCHLINE_WEBHOOK_RETRY",
        default: Some("5,86400"),
        meaning: "Seconds until a message that failed is sent again, twice as long each later time, and until it is given up",
    },
    Setting {
        name: "dataset_name",
        variable: "MARCHLINE_DATASET_NAME",
        default: Some("Marchline"),
        meaning: "What the dataset calls itself",
    },
    Setting {
        name: "dataset_licence",
        variable: "MARCHLINE_DATASET_LICENCE",
        default: None,
        meaning: "The licence of its data, as an SPDX expression or in words",
    },
    Setting {
        name: "dataset_attribution",
        variable: "MARCHLINE_DATASET_ATTRIBUTION",
        default: None,
        meaning: "Whom to name when using it",
    },
    Setting {
        name: "public_url",
        variable: "MARCHLINE_PUBLIC_URL",
        default: None,
        meaning: "Where readers find the service, such as https://timeline.example.org: links in feeds, calendars and the like begin \
            with it; what a request names as its host unless given",
    },
    Setting {
        name: "forwarded",
        variable: "MARCHLINE_FORWARDED",
        default: Some("off"),
        meaning: "on: where public_url is not set, such links begin with the address that the proxy in front was asked by, as it says \
            in Forwarded or X-Forwarded-Host, -Proto and -Prefix, which it must not let clients send; off: these say nothing",
    },
    Setting {
        name: "log",
        variable: "RUST_LOG",
        default: Some("info"),
        meaning: "What is logged to standard error, in the notation of env_logger",
    },
];

impl Setting {
    /// Its name as a flag.
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }
}

/// The flags, one for each setting, and the one that names the file.
pub fn flags() -> Vec<Arg> {
    let file = Arg::new("config").long("config").value_name("FILE").global(true);
    let file = file.help("A TOML file of settings [env: MARCHLINE_CONFIG]");
    let flag = |setting: &'static Setting| {
        let default = setting.default.map(|value| format!(" [default: {value}]")).unwrap_or_default();
        let help = format!("{} [env: {}]{default}", setting.meaning, setting.variable);
        Arg::new(setting.name).long(setting.flag()).value_name("VALUE").global(true).help(help)
    };
    SETTINGS.iter().map(flag).chain([file]).collect()
}
