//! The operations that write, described: the same ones for each resource, and those that only events have.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::params::{IdempotencyHeader, MatchHeader, RequiredMatchHeader, WriteParams};
use super::super::problem::Problem;
use super::documents::{self, How};
use super::errors::{CreateErrors, LineageErrors, RedactErrors, RestoreErrors, RetractErrors, UpdateErrors};
use super::parts::{self, Part};
use super::{redactions, schemas};
use crate::domain::resource::Resource;
use crate::view::event::{Event, EvidenceItem};
use crate::view::links::EventLink;
use crate::view::redaction::Redaction;

/// Declares the operations of one resource.
macro_rules! write_operations {
    (
        $module:ident, $resource:ident, $tag:literal, $view:path, $input:path, $article:literal,
        create $create:ident $create_id:literal $list:literal,
        item $item:literal $example:literal,
        replace $replace:ident $replace_id:literal,
        patch $patch:ident $patch_id:literal,
        retract $retract:ident $retract_id:literal,
        restore $restore:ident $restore_id:literal $restore_path:literal,
        merge $merge:ident $merge_id:literal $merge_path:literal,
        redact $redact:ident $redact_id:literal $redact_path:literal
    ) => {
        #[doc = concat!("Writing ", $tag, ".")]
        pub mod $module {
            use super::*;

            #[doc = concat!("Creates ", $article, ".")]
            #[utoipa::path(post, path = $list, operation_id = $create_id, tag = $tag,
                summary = concat!("Creates ", $article, "."),
                params(WriteParams, IdempotencyHeader),
                request_body(content = $input, description = "The document."),
                responses((status = 201, description = "It was created.", body = $view,
                    headers(("Location", description = "Where it is."), ("ETag", description = "Strong validator of it."))),
                    CreateErrors), security(("key" = ["write"])))]
            pub async fn $create(req: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
                documents::create(req, payload, Resource::$resource).await
            }

            #[doc = concat!("Replaces ", $article, " by a whole document.")]
            #[utoipa::path(put, path = $item, operation_id = $replace_id, tag = $tag,
                summary = concat!("Replaces ", $article, " by a whole document."),
                params(("id" = String, Path, description = "Its id, or its slug where it has one.", example = $example),
                    WriteParams, RequiredMatchHeader),
                request_body(content = $input, description = "The whole document; what readers are given may be sent back."),
                responses((status = 200, description = "As it is now.", body = $view,
                    headers(("ETag", description = "Strong validator of it."))), UpdateErrors),
                security(("key" = ["write"])))]
            pub async fn $replace(req: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
                documents::change(req, payload, Resource::$resource, How::Replace).await
            }

            #[doc = concat!("Changes ", $article, " by a merge patch (RFC 7396); lists are replaced whole.")]
            #[utoipa::path(patch, path = $item, operation_id = $patch_id, tag = $tag,
                summary = concat!("Changes ", $article, " by a merge patch (RFC 7396); lists are replaced whole."),
                params(("id" = String, Path, description = "Its id, or its slug where it has one.", example = $example),
                    WriteParams, RequiredMatchHeader),
                request_body(content((schemas::MergePatch = "application/merge-patch+json"),
                    (schemas::MergePatch = "application/json")), description = "The patch."),
                responses((status = 200, description = "As it is now.", body = $view,
                    headers(("ETag", description = "Strong validator of it."))), UpdateErrors),
                security(("key" = ["write"])))]
            pub async fn $patch(req: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
                documents::change(req, payload, Resource::$resource, How::Patch).await
            }

            #[doc = concat!("Withdraws ", $article, ": it is 410 from then on, and what it was stays in the history.")]
            #[utoipa::path(delete, path = $item, operation_id = $retract_id, tag = $tag,
                summary = concat!("Withdraws ", $article, ": it is 410 from then on, and what it was stays in the history."),
                params(("id" = String, Path, description = "Its id, or its slug where it has one.", example = $example),
                    WriteParams, RequiredMatchHeader),
                responses((status = 204, description = "It is withdrawn."), RetractErrors),
                security(("key" = ["write"])))]
            pub async fn $retract(req: HttpRequest) -> Result<HttpResponse, Problem> {
                documents::retract(req, Resource::$resource).await
            }

            #[doc = concat!("Gives ", $article, " that was withdrawn the values back that it had.")]
            #[utoipa::path(post, path = $restore_path, operation_id = $restore_id, tag = $tag,
                summary = concat!("Gives ", $article, " that was withdrawn the values back that it had."),
                params(("id" = String, Path, description = "Its id, or its slug where it has one.", example = $example),
                    WriteParams, IdempotencyHeader),
                responses((status = 200, description = "As it is now.", body = $view,
                    headers(("ETag", description = "Strong validator of it."))), RestoreErrors),
                security(("key" = ["write"])))]
            pub async fn $restore(req: HttpRequest) -> Result<HttpResponse, Problem> {
                documents::restore(req, Resource::$resource).await
            }

            #[doc = concat!("Lets another one take in ", $article, ", whose id leads there for ever.")]
            #[utoipa::path(post, path = $merge_path, operation_id = $merge_id, tag = $tag,
                summary = concat!("Lets another one take in ", $article, ", whose id leads there for ever."),
                params(("id" = String, Path, description = "The id, or the slug, of the one that ceases.", example = $example),
                    WriteParams, MatchHeader, IdempotencyHeader),
                request_body(content = schemas::MergeIn, description = "The one that stays."),
                responses((status = 200, description = "The one that stays, as it is now.", body = $view,
                    headers(("ETag", description = "Strong validator of it."))), LineageErrors),
                security(("key" = ["write"])))]
            pub async fn $merge(req: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
                documents::merge(req, payload, Resource::$resource).await
            }

            #[doc = concat!("Takes a value out of all versions of ", $article, ", also of one that was withdrawn, merged or split.")]
            #[utoipa::path(post, path = $redact_path, operation_id = $redact_id, tag = $tag,
                summary = concat!("Takes a value out of all versions of ", $article, "."),
                params(("id" = String, Path, description = "Its id, or its slug where it has one.", example = $example),
                    WriteParams, MatchHeader, IdempotencyHeader),
                request_body(content = schemas::RedactionIn, description = "What goes."),
                responses((status = 200, description = "It is gone.", body = Redaction), RedactErrors),
                security(("key" = ["admin"])))]
            pub async fn $redact(req: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
                redactions::redact(req, payload, Resource::$resource).await
            }
        }
    };
}

write_operations! {
    events, Event, "events", Event, schemas::EventIn, "an event",
    create create_event "create_event" "/v1/events",
    item "/v1/events/{id}" "019c1159-7000-7000-8000-0000000000e4",
    replace replace_event "replace_event",
    patch patch_event "patch_event",
    retract retract_event "retract_event",
    restore restore_event "restore_event" "/v1/events/{id}/restore",
    merge merge_event "merge_event" "/v1/events/{id}/merge",
    redact redact_event "redact_event" "/v1/events/{id}/redact"
}

write_operations! {
    actors, Actor, "actors", crate::view::actor::Actor, schemas::ActorIn, "an actor",
    create create_actor "create_actor" "/v1/actors",
    item "/v1/actors/{id}" "ice",
    replace replace_actor "replace_actor",
    patch patch_actor "patch_actor",
    retract retract_actor "retract_actor",
    restore restore_actor "restore_actor" "/v1/actors/{id}/restore",
    merge merge_actor "merge_actor" "/v1/actors/{id}/merge",
    redact redact_actor "redact_actor" "/v1/actors/{id}/redact"
}

write_operations! {
    locations, Location, "locations", crate::view::location::Location, schemas::LocationIn, "a location",
    create create_location "create_location" "/v1/locations",
    item "/v1/locations/{id}" "los-angeles",
    replace replace_location "replace_location",
    patch patch_location "patch_location",
    retract retract_location "retract_location",
    restore restore_location "restore_location" "/v1/locations/{id}/restore",
    merge merge_location "merge_location" "/v1/locations/{id}/merge",
    redact redact_location "redact_location" "/v1/locations/{id}/redact"
}

write_operations! {
    sources, Source, "sources", crate::view::source::Source, schemas::SourceIn, "a source",
    create create_source "create_source" "/v1/sources",
    item "/v1/sources/{id}" "parriva",
    replace replace_source "replace_source",
    patch patch_source "patch_source",
    retract retract_source "retract_source",
    restore restore_source "restore_source" "/v1/sources/{id}/restore",
    merge merge_source "merge_source" "/v1/sources/{id}/merge",
    redact redact_source "redact_source" "/v1/sources/{id}/redact"
}

write_operations! {
    campaigns, Campaign, "campaigns", crate::view::campaign::Campaign, schemas::CampaignIn, "a campaign",
    create create_campaign "create_campaign" "/v1/campaigns",
    item "/v1/campaigns/{id}" "ice-out",
    replace replace_campaign "replace_campaign",
    patch patch_campaign "patch_campaign",
    retract retract_campaign "retract_campaign",
    restore restore_campaign "restore_campaign" "/v1/campaigns/{id}/restore",
    merge merge_campaign "merge_campaign" "/v1/campaigns/{id}/merge",
    redact redact_campaign "redact_campaign" "/v1/campaigns/{id}/redact"
}

write_operations! {
    timelines, Timeline, "timelines", crate::view::timeline::Timeline, schemas::TimelineIn, "a timeline",
    create create_timeline "create_timeline" "/v1/timelines",
    item "/v1/timelines/{id}" "winter-protests",
    replace replace_timeline "replace_timeline",
    patch patch_timeline "patch_timeline",
    retract retract_timeline "retract_timeline",
    restore restore_timeline "restore_timeline" "/v1/timelines/{id}/restore",
    merge merge_timeline "merge_timeline" "/v1/timelines/{id}/merge",
    redact redact_timeline "redact_timeline" "/v1/timelines/{id}/redact"
}

/// The events that took the place of one.
#[derive(Serialize, ToSchema)]
pub struct SplitEvents {
    /// The events, in the order in which they were sent.
    pub data: Vec<Event>,
}

/// Puts several events in the place of one, which is 410 from then on and names them.
#[utoipa::path(post, path = "/v1/events/{id}/split", operation_id = "split_event", tag = "events",
    params(("id" = Uuid, Path, description = "The id of the one that ceases.", example = "019c1159-7000-7000-8000-0000000000e4"),
        WriteParams, MatchHeader, IdempotencyHeader),
    request_body(content = schemas::SplitIn, description = "The others."),
    responses((status = 200, description = "The events that took its place.", body = SplitEvents), LineageErrors),
    security(("key" = ["write"])))]
pub async fn split_event(req: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    documents::split(req, payload).await
}

/// Adds evidence to an event.
#[utoipa::path(post, path = "/v1/events/{id}/evidence", operation_id = "create_evidence", tag = "events",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e4"),
        WriteParams, MatchHeader, IdempotencyHeader),
    request_body(content = schemas::EvidenceIn, description = "The evidence."),
    responses((status = 201, description = "It was added.", body = EvidenceItem,
        headers(("Location", description = "Where it is."), ("ETag", description = "Strong validator of the event."))),
        LineageErrors), security(("key" = ["write"])))]
pub async fn create_evidence(req: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    parts::add(req, payload, Part::Evidence).await
}

/// Replaces a piece of evidence.
#[utoipa::path(put, path = "/v1/events/{id}/evidence/{part}", operation_id = "replace_evidence", tag = "events",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e4"),
        ("part" = Uuid, Path, description = "The evidence's id.", example = "019c1159-7000-7006-8000-0000000e0401"),
        WriteParams, RequiredMatchHeader),
    request_body(content = schemas::EvidenceIn, description = "The evidence."),
    responses((status = 200, description = "As it is now.", body = EvidenceItem,
        headers(("ETag", description = "Strong validator of the event."))), UpdateErrors),
    security(("key" = ["write"])))]
pub async fn replace_evidence(req: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    parts::change(req, payload, How::Replace).await
}

/// Changes a piece of evidence by a merge patch (RFC 7396).
#[utoipa::path(patch, path = "/v1/events/{id}/evidence/{part}", operation_id = "patch_evidence", tag = "events",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e4"),
        ("part" = Uuid, Path, description = "The evidence's id.", example = "019c1159-7000-7006-8000-0000000e0401"),
        WriteParams, RequiredMatchHeader),
    request_body(content((schemas::MergePatch = "application/merge-patch+json"),
        (schemas::MergePatch = "application/json")), description = "The patch."),
    responses((status = 200, description = "As it is now.", body = EvidenceItem,
        headers(("ETag", description = "Strong validator of the event."))), UpdateErrors),
    security(("key" = ["write"])))]
pub async fn patch_evidence(req: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    parts::change(req, payload, How::Patch).await
}

/// Takes a piece of evidence out of an event.
#[utoipa::path(delete, path = "/v1/events/{id}/evidence/{part}", operation_id = "delete_evidence", tag = "events",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e4"),
        ("part" = Uuid, Path, description = "The evidence's id.", example = "019c1159-7000-7006-8000-0000000e0401"),
        WriteParams, RequiredMatchHeader),
    responses((status = 204, description = "It is out."), RetractErrors), security(("key" = ["write"])))]
pub async fn delete_evidence(req: HttpRequest) -> Result<HttpResponse, Problem> {
    parts::remove(req, Part::Evidence).await
}

/// Links an event, the subject, to another one.
#[utoipa::path(post, path = "/v1/events/{id}/links", operation_id = "create_link", tag = "events",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e4"),
        WriteParams, MatchHeader, IdempotencyHeader),
    request_body(content = schemas::LinkIn, description = "The link."),
    responses((status = 201, description = "It was added.", body = EventLink,
        headers(("Location", description = "Where it is."), ("ETag", description = "Strong validator of the event."))),
        LineageErrors), security(("key" = ["write"])))]
pub async fn create_link(req: HttpRequest, payload: Payload) -> Result<HttpResponse, Problem> {
    parts::add(req, payload, Part::Link).await
}

/// Takes a link away from its subject.
#[utoipa::path(delete, path = "/v1/events/{id}/links/{part}", operation_id = "delete_link", tag = "events",
    params(("id" = Uuid, Path, description = "The event's id.", example = "019c1159-7000-7000-8000-0000000000e4"),
        ("part" = Uuid, Path, description = "The link's id.", example = "92fe6ce7-8f7d-8685-99c6-042552e6fed5"),
        WriteParams, RequiredMatchHeader),
    responses((status = 204, description = "It is out."), RetractErrors), security(("key" = ["write"])))]
pub async fn delete_link(req: HttpRequest) -> Result<HttpResponse, Problem> {
    parts::remove(req, Part::Link).await
}
