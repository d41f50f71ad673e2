//! Marchline: an open timeline of protest. What it is made of, from the ground up:
//!
//! - [`domain`]: events and all they are made of, without I/O;
//! - [`store`]: versions of everything in SQLite or PostgreSQL;
//! - [`index`]: what a node knows, in memory, applied from the change log;
//! - [`query`]: questions, and how the index answers them;
//! - [`view`]: stored documents with names put in;
//! - [`node`]: the writer and the follower;
//! - [`feed`]: what each operation changed for a reader;
//! - [`duplicates`]: which events may be one and the same;
//! - [`formats`]: lists in other forms;
//! - [`pages`]: timelines as pages that any site can frame;
//! - [`load`]: documents from files, through the writer; [`export`]: the way back;
//! - [`webhooks`]: what is delivered of the feed, to whoever subscribed to it;
//! - [`backup`]: the whole database in one file, and the way back;
//! - [`import`]: other people's files as documents;
//! - [`generate`]: synthetic documents;
//! - [`metrics`]: what a node counts and measures; [`background`]: threads that give way to those who answer;
//! - [`http`]: the REST API, and [`app`], which mounts it;
//! - [`config`] and [`cli`]: settings and commands.

pub mod app;
pub mod background;
pub mod backup;
pub mod cli;
pub mod config;
pub mod domain;
pub mod duplicates;
pub mod export;
pub mod feed;
pub mod formats;
pub mod generate;
pub mod http;
pub mod import;
pub mod index;
pub mod load;
pub mod metrics;
pub mod node;
pub mod pages;
pub mod query;
pub mod store;
pub mod text;
pub mod view;
pub mod webhooks;

/// Here, and not beside `main`, so that what is tested and what measures have the program's own.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
