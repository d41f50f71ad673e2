//! What the tests stand on: a world of their own each, with a database, a node and a server on a free port.

pub mod ccc;
pub mod client;
pub mod cql2_json;
pub mod desk;
pub mod examples;
pub mod feed;
pub mod filters;
pub mod filters_cql2;
pub mod filters_members;
pub mod http;
pub mod imports;
pub mod jobs;
pub mod lists;
pub mod model;
pub mod model_documents;
pub mod model_views;
pub mod oracle;
pub mod oracle_counts;
pub mod oracle_cql2;
pub mod oracle_dates;
pub mod oracle_extent;
pub mod oracle_members;
pub mod oracle_text;
pub mod paths;
pub mod postgres;
pub mod program;
pub mod random;
pub mod receiver;
pub mod schema;
pub mod scribe;
pub mod soak;
pub mod sql;
pub mod table;
pub mod town;
pub mod truth;
pub mod world;

/// Declares one test that runs on both databases, as `NAME::sqlite` and `NAME::postgres`.
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* fn $name:ident($world:ident: $builder:ty) $body:block)+) => {
        $(
            $(#[$meta])*
            mod $name {
                #[allow(unused_imports, reason = "not every test needs all that its file imports")]
                use super::*;

                fn story($world: $builder) $body

                #[test]
                fn sqlite() {
                    story(<$builder>::on($crate::support::world::Backend::Sqlite));
                }

                #[test]
                fn postgres() {
                    story(<$builder>::on($crate::support::world::Backend::Postgres));
                }
            }
        )+
    };
}
pub(crate) use on_both_databases;
