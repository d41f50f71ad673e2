//! `marchline serve`.

use std::process::ExitCode;

use super::Failure;
use crate::app;
use crate::config::Config;
use crate::load;
use crate::node::Node;
use crate::node::clock::Clock;

/// Serves until the process is told to stop.
pub fn serve(config: &Config, demo: bool) -> Result<ExitCode, Failure> {
    let mut config = config.clone();
    let node = Node::start(config.database.clone(), Clock::system())?;
    log::info!("database {}, at operation {}", config.database, node.index.head().seq);
    if demo {
        config.dataset.licence.get_or_insert_with(|| load::FOUNDING_LICENCE.to_owned());
        load_demo(&node)?;
    }
    actix_web::rt::System::new().block_on(async {
        let (server, addresses) = app::serve(&node.index, &config)?;
        for address in addresses {
            log::info!("listening on http://{address}");
        }
        server.await
    })?;
    drop(node);
    log::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

fn load_demo(node: &Node) -> Result<(), Failure> {
    if node.index.read().events.count() > 0 {
        log::info!("the database holds events already: the founding timeline is not loaded");
        return Ok(());
    }
    let report = load::founding(node.writer().ok_or("the writer has stopped")?)?;
    for refusal in &report.refused {
        log::error!("{refusal}");
    }
    log::info!("the founding timeline: {} documents new, {} there already", report.created, report.unchanged);
    Ok(())
}
