//! What a question about values of events asks beside its filters.

use super::aggregate::{FacetOwn, Field};
use super::echo::EventQueryEcho;
use super::params::{Params, Unread, shown};

/// Most values of a field that are given.
pub const MAX_VALUES: usize = 100;
/// How many are given unless asked otherwise.
pub const VALUES: usize = 10;

/// What is counted where nothing is named.
const USUAL: [Field; 7] =
    [Field::Type, Field::Status, Field::Verification, Field::Country, Field::Actor, Field::Campaign, Field::Issue];

/// Which values are counted, and how many of them are given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetQuery {
    /// The fields, each once.
    pub fields: Vec<Field>,
    /// Most values of each.
    pub limit: usize,
    /// Whether the filter by a field holds for its own values.
    pub own: FacetOwn,
}

impl FacetQuery {
    /// Takes the parameters; faults stay with `params`.
    pub fn parse(params: &mut Params) -> Self {
        let fields = params.read("facet", |text| {
            let mut fields = Vec::new();
            for name in text.split(',') {
                let unknown = || format!("`{}` is not one of: {}.", shown(name), Field::CODES.join(", "));
                let field = Field::parse(name).ok_or_else(|| Unread::new("unknown_value", unknown()))?;
                if fields.contains(&field) {
                    return Err(Unread::new("repeated", format!("`{field}` is there more than once.")));
                }
                fields.push(field);
            }
            Ok(fields)
        });
        Self {
            fields: fields.unwrap_or_else(|| USUAL.to_vec()),
            limit: params.number("facet_limit", 1, MAX_VALUES).unwrap_or(VALUES),
            own: params.code("facet_own", FacetOwn::parse, FacetOwn::CODES).unwrap_or(FacetOwn::Exclude),
        }
    }

    /// The whole question as it was understood.
    pub fn echo(&self, filters: EventQueryEcho) -> EventQueryEcho {
        EventQueryEcho {
            facet: self.fields.iter().map(|field| field.code().to_owned()).collect(),
            facet_limit: Some(self.limit),
            facet_own: Some(self.own.code().to_owned()),
            ..filters
        }
    }
}
