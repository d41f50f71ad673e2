//! The tables, as diesel sees them; the truth is in `migrations/`, and a test holds the two together.
#![allow(missing_docs, reason = "diesel's macro writes items without any")]
#![allow(clippy::wildcard_imports, reason = "the columns' types are named as in diesel")]

diesel::table! {
    use crate::store::sql_types::{Id, Moment};
    use diesel::sql_types::*;

    dataset (id) {
        id -> SmallInt,
        dataset_id -> Id,
        epoch -> BigInt,
        seq -> BigInt,
        recorded_at -> Moment,
        last_entity_no -> BigInt,
        last_version_no -> BigInt,
        holds_redacted -> Bool,
    }
}

diesel::table! {
    use crate::store::sql_types::Moment;
    use diesel::sql_types::*;

    operation (seq) {
        seq -> BigInt,
        recorded_at -> Moment,
        reason -> Nullable<Text>,
        made_by -> Nullable<Text>,
        source -> Nullable<Text>,
        redacts -> Bool,
    }
}

diesel::table! {
    use crate::store::sql_types::Id;
    use diesel::sql_types::*;

    entity (no) {
        no -> BigInt,
        resource -> Text,
        id -> Id,
        slug -> Nullable<Text>,
        created_seq -> BigInt,
        openly -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    version (no) {
        no -> BigInt,
        entity_no -> BigInt,
        revision -> Integer,
        seq -> BigInt,
        seq_to -> Nullable<BigInt>,
        kind -> Text,
        edition -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    document (key) {
        key -> BigInt,
        version_no -> BigInt,
        audience -> SmallInt,
        body -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    alias (version_no, position) {
        version_no -> BigInt,
        position -> Integer,
        name -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    external_id (version_no, position) {
        version_no -> BigInt,
        position -> Integer,
        scheme -> Text,
        id -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    actor_version (version_no) {
        version_no -> BigInt,
        name -> Text,
        kind -> Text,
        parent_no -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    location_version (version_no) {
        version_no -> BigInt,
        name -> Text,
        kind -> Text,
        parent_no -> Nullable<BigInt>,
        country -> Nullable<Text>,
        admin1 -> Nullable<Text>,
        lat -> Nullable<Double>,
        lon -> Nullable<Double>,
        radius_m -> Nullable<Double>,
        time_zone -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    source_version (version_no) {
        version_no -> BigInt,
        publisher -> Text,
        title -> Nullable<Text>,
        url -> Nullable<Text>,
        kind -> Text,
        scale -> Nullable<Text>,
        language -> Nullable<Text>,
        published_at -> Nullable<Text>,
        retrieved_at -> Nullable<Text>,
        archive_url -> Nullable<Text>,
        content_hash -> Nullable<Text>,
        syndicated_from_no -> Nullable<BigInt>,
    }
}

diesel::table! {
    source_coverage (version_no, position) {
        version_no -> BigInt,
        position -> Integer,
        location_no -> BigInt,
        from_day -> Text,
        to_day -> Nullable<Text>,
        categories -> Text,
        issues -> Text,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::store::sql_types::Moment;
    use diesel::sql_types::*;

    campaign_version (version_no) {
        version_no -> BigInt,
        name -> Text,
        description -> Nullable<Text>,
        start_edtf -> Nullable<Text>,
        start_earliest -> Nullable<Moment>,
        start_latest -> Nullable<Moment>,
        end_edtf -> Nullable<Text>,
        end_earliest -> Nullable<Moment>,
        end_latest -> Nullable<Moment>,
        time_zone -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    timeline_version (version_no) {
        version_no -> BigInt,
        title -> Text,
        description -> Nullable<Text>,
        language -> Nullable<Text>,
        query -> Nullable<Text>,
        cover -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    timeline_entry (version_no, position) {
        version_no -> BigInt,
        position -> Integer,
        event_no -> BigInt,
        caption -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::store::sql_types::Moment;
    use diesel::sql_types::*;

    event_version (version_no) {
        version_no -> BigInt,
        #[sql_name = "type"]
        event_type -> Text,
        status -> Text,
        verification -> Text,
        verification_by -> Text,
        title -> Text,
        summary -> Nullable<Text>,
        language -> Nullable<Text>,
        start_edtf -> Nullable<Text>,
        start_earliest -> Nullable<Moment>,
        start_latest -> Nullable<Moment>,
        end_edtf -> Nullable<Text>,
        end_earliest -> Nullable<Moment>,
        end_latest -> Nullable<Moment>,
        time_zone -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    event_tactic (version_no, position) {
        version_no -> BigInt,
        position -> Integer,
        #[sql_name = "type"]
        event_type -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    event_translation (version_no, language) {
        version_no -> BigInt,
        language -> Text,
        title -> Text,
        summary -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    event_place (version_no, position) {
        version_no -> BigInt,
        position -> Integer,
        location_no -> BigInt,
        role -> Text,
        lat -> Nullable<Double>,
        lon -> Nullable<Double>,
        precision -> Text,
        radius_m -> Nullable<Double>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    event_actor (version_no, position) {
        version_no -> BigInt,
        position -> Integer,
        actor_no -> BigInt,
        role -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    event_issue (version_no, position) {
        version_no -> BigInt,
        position -> Integer,
        issue -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    event_demand (version_no, position) {
        version_no -> BigInt,
        position -> Integer,
        summary -> Text,
        stance -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    event_demand_words (version_no, demand, position) {
        version_no -> BigInt,
        demand -> Integer,
        position -> Integer,
        words -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    event_campaign (version_no, position) {
        version_no -> BigInt,
        position -> Integer,
        campaign_no -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    event_source (version_no, position) {
        version_no -> BigInt,
        position -> Integer,
        source_no -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    event_size (version_no) {
        version_no -> BigInt,
        words -> Nullable<Text>,
        low -> Nullable<BigInt>,
        high -> Nullable<BigInt>,
        best -> Nullable<BigInt>,
        basis -> Text,
        rule -> Nullable<Text>,
        size_order -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    event_count (version_no, measure) {
        version_no -> BigInt,
        measure -> Text,
        state -> Text,
        low -> Nullable<BigInt>,
        high -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    event_measure (version_no, side, position) {
        version_no -> BigInt,
        side -> Text,
        position -> Integer,
        words -> Text,
    }
}

diesel::table! {
    use crate::store::sql_types::Id;
    use diesel::sql_types::*;

    evidence (version_no, position) {
        version_no -> BigInt,
        position -> Integer,
        id -> Id,
        source_no -> BigInt,
        field -> Text,
        about_no -> Nullable<BigInt>,
        value -> Text,
        quote -> Nullable<Text>,
        locator -> Nullable<Text>,
        confidence -> Nullable<Text>,
        attributed_to -> Nullable<Text>,
        disputes -> Nullable<Id>,
    }
}

diesel::table! {
    use crate::store::sql_types::Id;
    use diesel::sql_types::*;

    event_link (version_no, position) {
        version_no -> BigInt,
        position -> Integer,
        relation -> Text,
        object_no -> BigInt,
        confidence -> Nullable<Text>,
        evidence_id -> Nullable<Id>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    event_privacy (version_no) {
        version_no -> BigInt,
        place -> Nullable<Text>,
        time -> Nullable<Text>,
        embargo -> Bool,
        reason -> Nullable<Text>,
        public_title -> Nullable<Text>,
        public_summary -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    lineage (version_no, position) {
        version_no -> BigInt,
        position -> Integer,
        into_no -> BigInt,
    }
}

diesel::table! {
    use crate::store::sql_types::Moment;
    use diesel::sql_types::*;

    idempotency (key_no, key) {
        key_no -> BigInt,
        key -> Text,
        digest -> Text,
        recorded_at -> Moment,
        outcome -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    import_record (scheme, id) {
        scheme -> Text,
        id -> Text,
        entity_no -> BigInt,
        revision -> Integer,
        digest -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::sql_types::Moment;

    import_progress (format) {
        format -> Text,
        records -> BigInt,
        read_bytes -> BigInt,
        file_bytes -> BigInt,
        told_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    import_group (scheme, id) {
        scheme -> Text,
        id -> Text,
        name -> Text,
        opposes -> Bool,
    }
}

diesel::table! {
    use crate::store::sql_types::{Id, Moment};
    use diesel::sql_types::*;

    api_key (no) {
        no -> BigInt,
        id -> Id,
        name -> Text,
        hash -> Binary,
        scopes -> Text,
        label -> Nullable<Text>,
        created_at -> Moment,
        expires_at -> Nullable<Moment>,
        revoked_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::sql_types::Moment;

    restore (epoch) {
        epoch -> BigInt,
        from_seq -> BigInt,
        to_seq -> BigInt,
        restored_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::sql_types::{Id, Moment};

    duplicate (id) {
        id -> Id,
        low -> Id,
        high -> Id,
        low_version -> BigInt,
        high_version -> BigInt,
        seq -> BigInt,
        score -> Integer,
        reasons -> Text,
        rejected_at -> Nullable<Moment>,
        rejected_by -> Nullable<Text>,
        rejected_reason -> Nullable<Text>,
        rejected_source -> Nullable<Text>,
    }
}

diesel::table! {
    duplicate_progress (id) {
        id -> SmallInt,
        seq -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::sql_types::{Id, Moment};

    import_job (no) {
        no -> BigInt,
        id -> Id,
        format -> Text,
        dry_run -> Bool,
        force -> Bool,
        sync -> Bool,
        state -> Text,
        created_at -> Moment,
        started_at -> Nullable<Moment>,
        cancelled_at -> Nullable<Moment>,
        finished_at -> Nullable<Moment>,
        beat_at -> Moment,
        records -> BigInt,
        read_bytes -> BigInt,
        file_bytes -> BigInt,
        failure -> Nullable<Text>,
        report -> Nullable<Text>,
        findings -> Nullable<Text>,
        key_no -> BigInt,
        idempotency_key -> Nullable<Text>,
        digest -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::sql_types::{Id, Moment};

    webhook (no) {
        no -> BigInt,
        id -> Id,
        name -> Nullable<Text>,
        url -> Text,
        filter -> Text,
        restricted -> Bool,
        enabled -> Bool,
        key_no -> BigInt,
        secret -> Binary,
        previous_secret -> Nullable<Binary>,
        previous_until -> Nullable<Moment>,
        created_at -> Moment,
        revision -> BigInt,
        epoch -> BigInt,
        position -> BigInt,
        stopped -> Nullable<Text>,
        failures -> Integer,
        given_up -> Integer,
        next_attempt_at -> Nullable<Moment>,
        last_success_at -> Nullable<Moment>,
        last_failure_at -> Nullable<Moment>,
        lease_node -> Nullable<Id>,
        lease_until -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::sql_types::Moment;

    webhook_failure (no) {
        no -> BigInt,
        webhook_no -> BigInt,
        epoch -> BigInt,
        seq -> BigInt,
        attempts -> Integer,
        first_attempt_at -> Moment,
        last_attempt_at -> Moment,
        given_up_at -> Nullable<Moment>,
        status -> Nullable<Integer>,
        error -> Text,
    }
}

diesel::joinable!(webhook -> api_key (key_no));

diesel::allow_tables_to_appear_in_same_query!(
    dataset,
    operation,
    entity,
    version,
    document,
    alias,
    external_id,
    actor_version,
    location_version,
    source_version,
    source_coverage,
    campaign_version,
    timeline_version,
    timeline_entry,
    event_version,
    event_tactic,
    event_translation,
    event_place,
    event_actor,
    event_issue,
    event_demand,
    event_demand_words,
    event_campaign,
    event_source,
    event_size,
    event_count,
    event_measure,
    evidence,
    event_link,
    event_privacy,
    lineage,
    idempotency,
    import_record,
    import_progress,
    import_group,
    api_key,
    restore,
    duplicate,
    duplicate_progress,
    import_job,
    webhook,
    webhook_failure,
);
