//! Closed lists of codes, as they stand in JSON, in query parameters and in the database.

use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

/// Declares an enum whose variants have one fixed wire code each, with parsing, listing and a described schema.
macro_rules! codes {
    (
        $(#[doc = $doc:expr])+
        pub enum $name:ident {
            $($(#[doc = $variant_doc:expr])+ $variant:ident = $code:literal),+ $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $($(#[doc = $variant_doc])+ #[serde(rename = $code)] $variant),+
        }

        impl $name {
            /// Every value, in the order of its declaration.
            #[allow(dead_code, reason = "only some lists are asked for their values")]
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code of each, in the same order.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// The code as it is written on the wire.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code),+
                }
            }

            /// The value with this code, or `None`.
            pub fn parse(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        // By hand: utoipa's derive does not see a code that a macro passes on.
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let meanings = [$(concat!($($variant_doc),+)),+];
                utoipa::openapi::RefOr::T($crate::domain::code_schema(concat!($($doc),+), Self::CODES, &meanings))
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

pub(crate) use codes;

/// The schema of a list of codes, each with its meaning.
pub fn code_schema(list: &str, codes: &[&'static str], meanings: &[&str]) -> Schema {
    let line = |(code, meaning): (&&str, &&str)| format!("\n- `{code}`: {}", meaning.trim());
    let lines: String = codes.iter().zip(meanings).map(line).collect();
    let schema = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .description(Some(format!("{}\n{lines}", list.trim())))
        .enum_values(Some(codes.iter().copied()))
        .examples(codes.first().copied());
    schema.into()
}
