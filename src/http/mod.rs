//! HTTP: actix-web, and no SQL.

mod actors;
pub mod ask;
mod campaigns;
mod docs;
mod entities;
mod errors;
mod event_ask;
mod events;
mod export;
pub mod given_pages;
mod health;
mod locations;
mod metrics;
pub mod middleware;
pub mod openapi;
mod paging;
mod params;
pub mod problem;
mod respond;
mod root;
pub mod routes;
mod selection;
mod sources;
mod timelines;
mod vocabulary;
