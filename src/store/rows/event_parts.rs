//! The relation rows of an event.

use std::collections::BTreeMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::{Numbers, Rows, code, id_of, ids, number, optional_code, position};
use crate::domain::actor::Participation;
use crate::domain::count::{ByGroup, Count, CountState, Outcomes};
use crate::domain::event::{Demand, EventContent, Evidence, Link, Translation};
use crate::domain::place::{EventPlace, Point};
use crate::domain::vocabulary::{ActorRole, Confidence, EventType, LinkRelation, PlacePrecision, PlaceRole, Stance};
use crate::store::connection::AnyConnection;
use crate::store::error::StoreError;
use crate::store::schema;
use crate::store::sql_types::SqlId;

type Result<T> = std::result::Result<T, StoreError>;

/// Declares a row of a relation table, in the order of its columns.
macro_rules! row {
    ($name:ident, $table:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        #[derive(Insertable, Queryable, Selectable)]
        #[diesel(table_name = schema::$table, treat_none_as_default_value = false)]
        pub(super) struct $name { $($field: $type),+ }
    };
}

row!(TacticRow, event_tactic { version_no: i64, position: i32, event_type: String });
row!(TranslationRow, event_translation { version_no: i64, language: String, title: String, summary: Option<String> });
row!(IssueRow, event_issue { version_no: i64, position: i32, issue: String });
row!(PlaceRow, event_place {
    version_no: i64, position: i32, location_no: i64, role: String, lat: Option<f64>, lon: Option<f64>,
    precision: String, radius_m: Option<f64>,
});
row!(ActorRow, event_actor { version_no: i64, position: i32, actor_no: i64, role: String });
row!(CampaignRow, event_campaign { version_no: i64, position: i32, campaign_no: i64 });
row!(SourceRow, event_source { version_no: i64, position: i32, source_no: i64 });
row!(DemandRow, event_demand { version_no: i64, position: i32, summary: String, stance: String });
row!(WordsRow, event_demand_words { version_no: i64, demand: i32, position: i32, words: String });
row!(CountRow, event_count {
    version_no: i64, measure: String, state: String, low: Option<i64>, high: Option<i64>,
});
row!(MeasureRow, event_measure { version_no: i64, side: String, position: i32, words: String });
row!(EvidenceRow, evidence {
    version_no: i64, position: i32, id: SqlId, source_no: i64, field: String, about_no: Option<i64>, value: String,
    quote: Option<String>, locator: Option<String>, confidence: Option<String>, attributed_to: Option<String>,
    disputes: Option<SqlId>,
});
row!(LinkRow, event_link {
    version_no: i64, position: i32, relation: String, object_no: i64, confidence: Option<String>,
    evidence_id: Option<SqlId>,
});

/// All rows of one version, in their order.
macro_rules! load {
    ($conn:expr, $table:ident, $row:ty, $version_no:expr, $order:ident) => {{
        let query = schema::$table::table.filter(schema::$table::version_no.eq($version_no));
        query.order(schema::$table::$order).select(<$row>::as_select()).load::<$row>($conn)?
    }};
}

pub(super) fn add_classification(to: &mut Rows, version_no: i64, event: &EventContent) {
    let tactics: Vec<_> = (event.tactics.iter().enumerate())
        .map(|(i, t)| TacticRow { version_no, position: position(i), event_type: t.code().to_owned() })
        .collect();
    to.event_tactic.extend(tactics);
    let issues: Vec<_> = (event.issues.iter().enumerate())
        .map(|(i, issue)| IssueRow { version_no, position: position(i), issue: issue.clone() })
        .collect();
    to.event_issue.extend(issues);
    let translation = |(language, t): (&String, &Translation)| TranslationRow {
        version_no,
        language: language.clone(),
        title: t.title.clone(),
        summary: t.summary.clone(),
    };
    let translations: Vec<_> = event.translations.iter().map(translation).collect();
    to.event_translation.extend(translations);
}

pub(super) fn load_tactics(conn: &mut AnyConnection, version_no: i64) -> Result<Vec<EventType>> {
    let rows = load!(conn, event_tactic, TacticRow, version_no, position);
    rows.iter().map(|row| code(EventType::parse, &row.event_type)).collect()
}

pub(super) fn load_issues(conn: &mut AnyConnection, version_no: i64) -> Result<Vec<String>> {
    Ok(load!(conn, event_issue, IssueRow, version_no, position).into_iter().map(|row| row.issue).collect())
}

pub(super) fn load_translations(conn: &mut AnyConnection, version_no: i64) -> Result<BTreeMap<String, Translation>> {
    let rows = load!(conn, event_translation, TranslationRow, version_no, language);
    let pair = |row: TranslationRow| (row.language, Translation { title: row.title, summary: row.summary });
    Ok(rows.into_iter().map(pair).collect())
}

/// What an event says of other entities.
pub(super) struct References {
    pub places: Vec<EventPlace>,
    pub actors: Vec<Participation>,
    pub campaigns: Vec<Uuid>,
    pub sources: Vec<Uuid>,
}

pub(super) fn add_references(to: &mut Rows, version_no: i64, event: &EventContent, numbers: &Numbers) -> Result<()> {
    let place = |(i, place): (usize, &EventPlace)| {
        Ok(PlaceRow {
            version_no,
            position: position(i),
            location_no: number(numbers, place.location)?,
            role: place.role.code().to_owned(),
            lat: place.point.map(|p| p.lat),
            lon: place.point.map(|p| p.lon),
            precision: place.precision.code().to_owned(),
            radius_m: place.radius_m,
        })
    };
    to.event_place.extend(event.places.iter().enumerate().map(place).collect::<Result<Vec<_>>>()?);
    let actor = |(i, part): (usize, &Participation)| {
        let actor_no = number(numbers, part.actor)?;
        Ok(ActorRow { version_no, position: position(i), actor_no, role: part.role.code().to_owned() })
    };
    to.event_actor.extend(event.actors.iter().enumerate().map(actor).collect::<Result<Vec<_>>>()?);
    let campaign = |(i, id): (usize, &Uuid)| {
        Ok(CampaignRow { version_no, position: position(i), campaign_no: number(numbers, *id)? })
    };
    let campaigns = event.campaigns.iter().enumerate().map(campaign).collect::<Result<Vec<_>>>()?;
    to.event_campaign.extend(campaigns);
    let source =
        |(i, id): (usize, &Uuid)| Ok(SourceRow { version_no, position: position(i), source_no: number(numbers, *id)? });
    to.event_source.extend(event.sources.iter().enumerate().map(source).collect::<Result<Vec<_>>>()?);
    Ok(())
}

pub(super) fn load_references(conn: &mut AnyConnection, version_no: i64) -> Result<References> {
    let places = load!(conn, event_place, PlaceRow, version_no, position);
    let actors = load!(conn, event_actor, ActorRow, version_no, position);
    let campaigns = load!(conn, event_campaign, CampaignRow, version_no, position);
    let sources = load!(conn, event_source, SourceRow, version_no, position);
    let numbers = (places.iter().map(|row| row.location_no))
        .chain(actors.iter().map(|row| row.actor_no))
        .chain(campaigns.iter().map(|row| row.campaign_no))
        .chain(sources.iter().map(|row| row.source_no));
    let ids = ids(conn, &numbers.collect::<Vec<_>>())?;
    let place = |row: PlaceRow| {
        Ok(EventPlace {
            location: id_of(&ids, row.location_no)?,
            role: code(PlaceRole::parse, &row.role)?,
            point: row.lat.zip(row.lon).map(|(lat, lon)| Point { lat, lon }),
            precision: code(PlacePrecision::parse, &row.precision)?,
            radius_m: row.radius_m,
        })
    };
    let actor = |row: ActorRow| {
        Ok(Participation { actor: id_of(&ids, row.actor_no)?, role: code(ActorRole::parse, &row.role)? })
    };
    Ok(References {
        places: places.into_iter().map(place).collect::<Result<_>>()?,
        actors: actors.into_iter().map(actor).collect::<Result<_>>()?,
        campaigns: campaigns.iter().map(|row| id_of(&ids, row.campaign_no)).collect::<Result<_>>()?,
        sources: sources.iter().map(|row| id_of(&ids, row.source_no)).collect::<Result<_>>()?,
    })
}

pub(super) fn add_demands(to: &mut Rows, version_no: i64, demands: &[Demand]) {
    let mut rows = Vec::new();
    let mut words = Vec::new();
    for (i, demand) in demands.iter().enumerate() {
        let (summary, stance) = (demand.summary.clone(), demand.stance.code().to_owned());
        rows.push(DemandRow { version_no, position: position(i), summary, stance });
        words.extend(demand.verbatim.iter().enumerate().map(|(j, text)| WordsRow {
            version_no,
            demand: position(i),
            position: position(j),
            words: text.clone(),
        }));
    }
    to.event_demand.extend(rows);
    to.event_demand_words.extend(words);
}

pub(super) fn load_demands(conn: &mut AnyConnection, version_no: i64) -> Result<Vec<Demand>> {
    let words = load!(conn, event_demand_words, WordsRow, version_no, position);
    let demand = |row: DemandRow| {
        let own = words.iter().filter(|words| words.demand == row.position);
        Ok(Demand {
            verbatim: own.map(|words| words.words.clone()).collect(),
            stance: code(Stance::parse, &row.stance)?,
            summary: row.summary,
        })
    };
    load!(conn, event_demand, DemandRow, version_no, position).into_iter().map(demand).collect()
}

/// The numbers of `outcomes` by the name they have as rows.
fn counts(outcomes: &Outcomes) -> [(&'static str, Option<&Count>); 10] {
    let (injuries, deaths) = (&outcomes.injuries, &outcomes.deaths);
    [
        ("arrests", outcomes.arrests.as_ref()),
        ("detained", outcomes.detained.as_ref()),
        ("injuries.participants", injuries.participants.as_ref()),
        ("injuries.police", injuries.police.as_ref()),
        ("injuries.others", injuries.others.as_ref()),
        ("injuries.unspecified", injuries.unspecified.as_ref()),
        ("deaths.participants", deaths.participants.as_ref()),
        ("deaths.police", deaths.police.as_ref()),
        ("deaths.others", deaths.others.as_ref()),
        ("deaths.unspecified", deaths.unspecified.as_ref()),
    ]
}

/// Marks that outcomes were reported, even where every number is unknown and every list empty.
const REPORTED: &str = "reported";

pub(super) fn add_outcomes(to: &mut Rows, version_no: i64, outcomes: Option<&Outcomes>) {
    let Some(outcomes) = outcomes else {
        return;
    };
    let row = |measure: &str, state: CountState, low, high| {
        let (measure, state) = (measure.to_owned(), state.code().to_owned());
        CountRow { version_no, measure, state, low, high }
    };
    let reported = counts(outcomes).into_iter().filter_map(|(measure, count)| Some((measure, count?)));
    let mut rows: Vec<_> = reported.map(|(measure, count)| row(measure, count.state, count.low, count.high)).collect();
    rows.push(row(REPORTED, CountState::Some, None, None));
    to.event_count.extend(rows);
    let sides = [
        ("property_damage", &outcomes.property_damage),
        ("participant_measures", &outcomes.participant_measures),
        ("police_measures", &outcomes.police_measures),
    ];
    let measures = sides.into_iter().flat_map(|(side, list)| {
        list.iter().enumerate().map(move |(i, words)| MeasureRow {
            version_no,
            side: side.to_owned(),
            position: position(i),
            words: words.clone(),
        })
    });
    to.event_measure.extend(measures.collect::<Vec<_>>());
}

pub(super) fn load_outcomes(conn: &mut AnyConnection, version_no: i64) -> Result<Option<Outcomes>> {
    let rows = load!(conn, event_count, CountRow, version_no, measure);
    if rows.is_empty() {
        return Ok(None);
    }
    let count = |measure: &str| -> Result<Option<Count>> {
        let row = rows.iter().find(|row| row.measure == measure);
        row.map(|row| Ok(Count { state: code(CountState::parse, &row.state)?, low: row.low, high: row.high }))
            .transpose()
    };
    let group = |name: &str| -> Result<ByGroup> {
        Ok(ByGroup {
            participants: count(&format!("{name}.participants"))?,
            police: count(&format!("{name}.police"))?,
            others: count(&format!("{name}.others"))?,
            unspecified: count(&format!("{name}.unspecified"))?,
        })
    };
    let measures = load!(conn, event_measure, MeasureRow, version_no, position);
    let side = |side: &str| measures.iter().filter(|row| row.side == side).map(|row| row.words.clone()).collect();
    Ok(Some(Outcomes {
        arrests: count("arrests")?,
        detained: count("detained")?,
        injuries: group("injuries")?,
        deaths: group("deaths")?,
        property_damage: side("property_damage"),
        participant_measures: side("participant_measures"),
        police_measures: side("police_measures"),
    }))
}

pub(super) fn add_evidence(to: &mut Rows, version_no: i64, evidence: &[Evidence], numbers: &Numbers) -> Result<()> {
    let row = |(i, item): (usize, &Evidence)| {
        Ok(EvidenceRow {
            version_no,
            position: position(i),
            id: SqlId(item.id),
            source_no: number(numbers, item.source)?,
            field: item.field.clone(),
            about_no: item.about.map(|id| number(numbers, id)).transpose()?,
            value: item.value.to_string(),
            quote: item.quote.clone(),
            locator: item.locator.clone(),
            confidence: item.confidence.map(|confidence| confidence.code().to_owned()),
            attributed_to: item.attributed_to.clone(),
            disputes: item.disputes.map(SqlId),
        })
    };
    to.evidence.extend(evidence.iter().enumerate().map(row).collect::<Result<Vec<_>>>()?);
    Ok(())
}

pub(super) fn load_evidence(conn: &mut AnyConnection, version_no: i64) -> Result<Vec<Evidence>> {
    let rows = load!(conn, evidence, EvidenceRow, version_no, position);
    let numbers = rows.iter().flat_map(|row| row.about_no.into_iter().chain([row.source_no]));
    let ids = ids(conn, &numbers.collect::<Vec<_>>())?;
    let item = |row: EvidenceRow| {
        Ok(Evidence {
            id: row.id.0,
            source: id_of(&ids, row.source_no)?,
            field: row.field,
            about: row.about_no.map(|no| id_of(&ids, no)).transpose()?,
            value: serde_json::from_str(&row.value)?,
            quote: row.quote,
            locator: row.locator,
            confidence: optional_code(Confidence::parse, row.confidence.as_deref())?,
            attributed_to: row.attributed_to,
            disputes: row.disputes.map(|id| id.0),
        })
    };
    rows.into_iter().map(item).collect()
}

pub(super) fn add_links(to: &mut Rows, version_no: i64, links: &[Link], numbers: &Numbers) -> Result<()> {
    let row = |(i, link): (usize, &Link)| {
        Ok(LinkRow {
            version_no,
            position: position(i),
            relation: link.relation.code().to_owned(),
            object_no: number(numbers, link.event)?,
            confidence: link.confidence.map(|confidence| confidence.code().to_owned()),
            evidence_id: link.evidence_id.map(SqlId),
        })
    };
    to.event_link.extend(links.iter().enumerate().map(row).collect::<Result<Vec<_>>>()?);
    Ok(())
}

pub(super) fn load_links(conn: &mut AnyConnection, version_no: i64) -> Result<Vec<Link>> {
    let rows = load!(conn, event_link, LinkRow, version_no, position);
    let ids = ids(conn, &rows.iter().map(|row| row.object_no).collect::<Vec<_>>())?;
    let link = |row: LinkRow| {
        Ok(Link {
            relation: code(LinkRelation::parse, &row.relation)?,
            event: id_of(&ids, row.object_no)?,
            confidence: optional_code(Confidence::parse, row.confidence.as_deref())?,
            evidence_id: row.evidence_id.map(|id| id.0),
        })
    };
    rows.into_iter().map(link).collect()
}
