//! Parameters as the OpenAPI document describes them, from tables of name, form and meaning. They are read where they are
//! used; a test holds the two together.

mod events;
mod lists;
mod ogc;
mod reads;
mod writes;

use serde_json::{Value, json};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{RefOr, Required};

pub use events::{
    DepthParam, EventFilterParams, EventOrderParam, EventViewParams, FacetParams, FeedParams, HighlightParam,
    HistogramParams, LangParam, TableParams, VocabParam,
};
pub use lists::{
    ActorFilterParams, CoverageFilterParams, DuplicateFilterParams, LocationFilterParams, NamedFilterParams,
    PageParams, SourceFilterParams,
};
pub use ogc::{OgcConditionParam, OgcEventParams, OgcFilterParams, OgcFormParam, OgcMemberParams, OgcPageParams};
pub use reads::{ChangePageParams, ReadHeaders, ReadParams, StreamHeaders, StreamParams, ValidatorHeader};
pub use writes::{IdempotencyHeader, ImportParams, MatchHeader, RequiredMatchHeader, WriteParams};

/// The form of a parameter's value.
enum Form {
    /// Values joined by commas, `!` in front of excluded ones; each matches the pattern.
    Terms(&'static str),
    /// The same, of codes that are all named.
    TermsOf(&'static [&'static str]),
    /// Codes joined by commas.
    Codes(&'static [&'static str]),
    /// One code.
    Code(&'static [&'static str]),
    /// Any text.
    Text,
    /// Any text, or none.
    Free,
    /// Text that matches a pattern.
    Pattern(&'static str),
    /// A whole number within a range.
    Number(i64, i64),
    /// A number of things, at least one, and the one that is meant where none is given.
    Count(i64),
    /// The sides of a box, of which there may be those of heights too.
    Sides,
    /// A number from 0 to 1.
    Share,
    /// `true` or `false`.
    Flag,
}

const CODE: &str = "^!?[a-z][a-z0-9_]*$";
const ID: &str = "^!?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";
const REFERENCE: &str = "^!?[0-9a-zA-Z]+(-[0-9a-zA-Z]+)*$";
const COUNTRY: &str = "^!?[A-Z]{2}$";
const ADMIN1: &str = "^!?[A-Z]{2}-[A-Z0-9]{1,3}$";

fn parameter(place: ParameterIn, name: &str, form: Form, description: &str, example: Value) -> Parameter {
    let text = || ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    let one_of = |codes: &'static [&'static str]| text().enum_values(Some(codes.iter().copied()));
    let list = |items: ObjectBuilder| Schema::Array(ArrayBuilder::new().items(items).min_items(Some(1)).build());
    let is_list = matches!(form, Form::Terms(_) | Form::TermsOf(_) | Form::Codes(_) | Form::Sides);
    let schema = match form {
        Form::Terms(pattern) => list(text().pattern(Some(pattern))),
        Form::TermsOf(codes) => list(text().pattern(Some(format!("^!?({})$", codes.join("|"))))),
        Form::Codes(codes) => list(one_of(codes)),
        Form::Code(codes) => one_of(codes).into(),
        Form::Text => text().min_length(Some(1)).into(),
        Form::Free => text().into(),
        Form::Pattern(pattern) => text().pattern(Some(pattern)).into(),
        Form::Number(low, high) => ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(low))
            .maximum(Some(high))
            .into(),
        Form::Count(default) => ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(1))
            .default(Some(json!(default)))
            .into(),
        Form::Sides => {
            let sides = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Number));
            Schema::Array(ArrayBuilder::new().items(sides).min_items(Some(4)).max_items(Some(6)).build())
        }
        Form::Flag => ObjectBuilder::new().schema_type(SchemaType::Type(Type::Boolean)).into(),
        Form::Share => {
            ObjectBuilder::new().schema_type(SchemaType::Type(Type::Number)).minimum(Some(0)).maximum(Some(1)).into()
        }
    };
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .description(Some(description))
        .example(Some(example))
        .schema(Some(RefOr::T(schema)));
    // A list is one value with commas, never a parameter that is repeated.
    if is_list { parameter.style(Some(ParameterStyle::Form)).explode(Some(false)).build() } else { parameter.build() }
}

fn query(name: &str, form: Form, description: &str, example: impl Into<Value>) -> Parameter {
    parameter(ParameterIn::Query, name, form, description, example.into())
}

macro_rules! parameters {
    ($(#[$meta:meta])* $name:ident => $list:expr) => {
        $(#[$meta])*
        pub struct $name;

        impl IntoParams for $name {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                $list
            }
        }
    };
}

use parameters;
