//! Proofs of what writing promises. Each runs for seconds every day, and for minutes under `make soak`.

mod followers;
mod killed_servers;
mod model;
mod model_draws;
mod model_reads;
mod twins;
mod two_nodes;
