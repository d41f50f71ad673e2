//! The columns of both layouts, and where a file has them.

use super::super::records::OpenError;

/// Declares the columns with their names: that of phase 3 first, then that of the compiled file where it differs.
macro_rules! columns {
    ($($column:ident = $name:literal $(| $other:literal)?),+ $(,)?) => {
        /// A column that means something; sources are counted apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "named as in the files; docs/importing-ccc.md says what each means")]
        pub enum Column {
            $($column),+
        }

        impl Column {
            /// Every column.
            pub const ALL: &'static [Self] = &[$(Self::$column),+];

            /// The column with this name in either layout.
            pub fn parse(name: &str) -> Option<Self> {
                match name {
                    $($name $(| $other)? => Some(Self::$column),)+
                    _ => None,
                }
            }

            /// Its name in phase 3, or where it has another one in the compiled file, there.
            pub const fn name(self, layout: Layout) -> &'static str {
                match (self, layout) {
                    $($((Self::$column, Layout::Compiled) => $other,)?)+
                    $((Self::$column, _) => $name,)+
                }
            }
        }
    };
}

columns! {
    Date = "date",
    Locality = "locality",
    State = "state",
    Location = "location" | "location_detail",
    Title = "title",
    Type = "event_type" | "type",
    Online = "online",
    Conf = "conf",
    Macroevent = "macroevent",
    Actors = "actors",
    Organizations = "organizations",
    Participants = "participants",
    Notables = "notables",
    Targets = "targets",
    Claims = "claims",
    ClaimsSummary = "claims_summary",
    ClaimsVerbatim = "claims_verbatim",
    IssueTagsSummary = "issue_tags_summary",
    IssueTagsVerbatim = "issue_tags_verbatim",
    Issues = "issues",
    IssuesMajor = "issues_major",
    Valence = "valence",
    SizeText = "size_text",
    SizeLow = "size_low",
    SizeHigh = "size_high",
    SizeMean = "size_mean",
    SizeCat = "size_cat",
    Arrests = "arrests",
    ArrestsAny = "arrests_any",
    ParticipantInjuries = "participant_injuries" | "injuries_crowd",
    ParticipantInjuriesAny = "participant_casualties_any" | "injuries_crowd_any",
    PoliceInjuries = "police_injuries" | "injuries_police",
    PoliceInjuriesAny = "police_casualties_any" | "injuries_police_any",
    ParticipantDeaths = "participant_deaths",
    PoliceDeaths = "police_deaths",
    PropertyDamage = "property_damage",
    PropertyDamageAny = "property_damage_any",
    ChemicalAgents = "chemical_agents",
    ParticipantMeasures = "participant_measures",
    PoliceMeasures = "police_measures",
    Lat = "lat",
    Lon = "lon",
    ResolvedLocality = "resolved_locality",
    ResolvedCounty = "resolved_county",
    ResolvedState = "resolved_state",
    FipsCode = "fips_code",
    Notes = "notes",
    Coder = "coder",
}

/// Which of the two layouts a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// From 2025 on, 74 columns.
    Phase3,
    /// 2017 to 2024, with as many source columns as were needed.
    Compiled,
}

/// Columns without which no event can be told.
const ESSENTIAL: [Column; 4] = [Column::Date, Column::Locality, Column::State, Column::Type];

/// Where a file has its columns.
#[derive(Clone, Debug)]
pub struct Header {
    /// Which layout it is.
    pub layout: Layout,
    /// Positions of the source columns, in order.
    pub sources: Vec<usize>,
    /// Columns that mean nothing to us, or stand there twice.
    pub unknown: Vec<(usize, String)>,
    positions: [Option<usize>; Column::ALL.len()],
}

impl Header {
    /// Reads a header. The layout shows in the name of the column that holds the type.
    ///
    /// # Errors
    /// [`OpenError::MissingColumns`] where a column is missing without which no event can be told.
    pub fn read(names: &[String]) -> Result<Self, OpenError> {
        let compiled = names.iter().any(|name| name == Column::Type.name(Layout::Compiled));
        let phase3 = names.iter().any(|name| name == Column::Type.name(Layout::Phase3));
        let layout = if compiled && !phase3 { Layout::Compiled } else { Layout::Phase3 };
        let mut header =
            Self { layout, sources: Vec::new(), unknown: Vec::new(), positions: [None; Column::ALL.len()] };
        for (position, name) in names.iter().enumerate() {
            let free = Column::parse(name).filter(|column| header.position(*column).is_none());
            if let Some(column) = free {
                header.positions[column as usize] = Some(position);
            } else if is_source(name) {
                header.sources.push(position);
            } else if !name.is_empty() {
                header.unknown.push((position, name.clone()));
            }
        }
        let missing: Vec<String> = ESSENTIAL
            .into_iter()
            .filter(|c| header.position(*c).is_none())
            .map(|c| c.name(layout).to_owned())
            .collect();
        if missing.is_empty() { Ok(header) } else { Err(OpenError::MissingColumns(missing)) }
    }

    /// Where a column stands.
    pub const fn position(&self, column: Column) -> Option<usize> {
        self.positions[column as usize]
    }
}

fn is_source(name: &str) -> bool {
    let number = name.strip_prefix("source").map(|rest| rest.strip_prefix('_').unwrap_or(rest));
    number.is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split(", ").map(str::to_owned).collect()
    }

    #[test]
    fn both_layouts_are_known_by_their_names() {
        let phase3 = Header::read(&names("date, locality, state, location, event_type, source1, source30")).unwrap();
        assert_eq!((phase3.layout, phase3.sources.clone()), (Layout::Phase3, vec![5, 6]));
        let compiled =
            Header::read(&names("type, date, locality, state, location_detail, source_1, source_99")).unwrap();
        assert_eq!((compiled.layout, compiled.sources.clone()), (Layout::Compiled, vec![5, 6]));
        assert_eq!((compiled.position(Column::Type), compiled.position(Column::Location)), (Some(0), Some(4)));
        assert_eq!(Column::Location.name(Layout::Compiled), "location_detail");
        assert_eq!(Column::Date.name(Layout::Compiled), "date");
    }

    #[test]
    fn unknown_columns_are_told_and_missing_ones_stop_the_file() {
        let header = Header::read(&names("date, locality, state, type, weather, date")).unwrap();
        assert_eq!(header.unknown, [(4, "weather".to_owned()), (5, "date".to_owned())]);
        let Err(OpenError::MissingColumns(missing)) = Header::read(&names("date, city")) else { panic!("missing") };
        assert_eq!(missing, ["locality", "state", "event_type"]);
    }
}
