//! The baseline of `bench/run`: the server of `marchline serve`, that gives one answer, kept in memory, to whatever it is
//! asked. `--answer FILE` names that answer, `{"headers": [[name, value], …], "body": text}`; the other flags are the
//! program's own settings.

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use clap::{Arg, Command};
use marchline::app;
use marchline::config::{Config, flags};
use marchline::index::Index;
use serde::Deserialize;

#[derive(Deserialize)]
struct Given {
    headers: Vec<(String, String)>,
    body: String,
}

#[derive(Clone)]
struct Answer {
    headers: HeaderMap,
    body: Bytes,
}

impl TryFrom<Given> for Answer {
    type Error = Box<dyn Error>;

    fn try_from(given: Given) -> Result<Self, Self::Error> {
        let mut headers = HeaderMap::new();
        for (name, value) in given.headers {
            headers.append(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
        }
        Ok(Self { headers, body: given.body.into() })
    }
}

impl Answer {
    fn response(&self) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        for header in &self.headers {
            response.append_header(header);
        }
        response.body(self.body.clone())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let answer = Arg::new("answer").long("answer").value_name("FILE").required(true);
    let matches = Command::new("static_answer").args(flags()).arg(answer).get_matches();
    let config = Config::read(&matches, |variable| std::env::var(variable).ok())?;
    let file = matches.get_one::<String>("answer").map(File::open).ok_or("no answer is named")??;
    let answer = Answer::try_from(serde_json::from_reader::<_, Given>(BufReader::new(file))?)?;
    let routes = move |routes: &mut web::ServiceConfig| {
        let answer = answer.clone();
        routes.route("/{path:.*}", web::get().to(move || std::future::ready(answer.response())));
    };
    actix_web::rt::System::new().block_on(async {
        let (server, addresses) = app::serve_routes(&Arc::new(Index::new()), &config, routes)?;
        for address in addresses {
            eprintln!("listening on http://{address}");
        }
        server.await
    })?;
    Ok(())
}
