//! `marchline serve`.

use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use super::Failure;
use crate::app;
use crate::config::{Config, Duplicates, Webhooks};
use crate::duplicates::search::Search;
use crate::index::saved::SavedIndex;
use crate::load;
use crate::node::clock::Clock;
use crate::node::{Node, Start};
use crate::query::tile::count_ahead;
use crate::store;
use crate::webhooks::deliveries::Deliveries;

/// Serves until the process is told to stop. It listens before the index is read or built, so that it can be asked how far
/// that is.
pub fn serve(config: &Config, demo: bool) -> Result<ExitCode, Failure> {
    let mut config = config.clone();
    let start = Start::new(config.database.clone(), Clock::system())?;
    if demo {
        config.dataset.licence.get_or_insert_with(|| load::FOUNDING_LICENCE.to_owned());
        load_demo(&config)?;
    }
    let starting = actix_web::rt::System::new().block_on(async {
        let (server, addresses) = app::serve(&start.index, &start.lent, &config)?;
        for address in addresses {
            log::info!("listening on http://{address}");
        }
        let handle = server.handle();
        let starting = thread::spawn(move || {
            let node = start.finish(config.index_file.map(SavedIndex::at));
            match node {
                Ok(node) => {
                    log::info!("database {}, at operation {}", config.database, node.index.head().seq);
                    let search = (config.duplicates == Duplicates::Search)
                        .then(|| Search::start(config.database.clone(), Arc::clone(&node.index)));
                    let deliveries = (config.webhooks == Webhooks::Deliver)
                        .then(|| Deliveries::start(config.database, Arc::clone(&node.index), config.webhook_options));
                    let index = Arc::clone(&node.index);
                    // Nothing waits for it, and it goes with the process.
                    thread::spawn(move || count_ahead(&index));
                    // They stop before the node does.
                    Ok((deliveries, search, node))
                }
                Err(error) => {
                    // It is told to stop at once; nothing waits for it here.
                    drop(handle.stop(false));
                    Err(error)
                }
            }
        });
        server.await.map(|()| starting)
    })?;
    // A node that is still starting has nothing to finish: it goes with the process.
    if starting.is_finished() {
        drop(starting.join().map_err(|_| "the node panicked while it started")??);
    }
    log::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

fn load_demo(config: &Config) -> Result<(), Failure> {
    if store::log::has_events(&mut config.database.connect()?)? {
        log::info!("the database holds events already: the founding timeline is not loaded");
        return Ok(());
    }
    let node = Node::for_loading(config.database.clone(), Clock::system())?;
    let report = load::founding(node.writer().ok_or("the writer has stopped")?)?;
    for refusal in &report.errors {
        log::error!("document {}: {}", refusal.line, refusal.reason);
    }
    log::info!("the founding timeline: {} documents new, {} there already", report.created, report.unchanged);
    Ok(())
}
