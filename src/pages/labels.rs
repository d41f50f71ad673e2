//! What codes are called on a page.

use crate::domain::event_type::BilingualLabel;
use crate::domain::size::SizeBasis;
use crate::domain::verification::Verification;
use crate::domain::vocabulary::{ActorRole, EventStatus, PlacePrecision};

const fn both(en: &'static str, es: &'static str) -> BilingualLabel {
    BilingualLabel { en, es }
}

/// How far an event has come.
pub const fn status(status: EventStatus) -> BilingualLabel {
    match status {
        EventStatus::Planned => both("Planned", "Previsto"),
        EventStatus::Proposed => both("Proposed", "Propuesto"),
        EventStatus::Happened => both("Happened", "Ocurrió"),
        EventStatus::Ongoing => both("Ongoing", "En curso"),
        EventStatus::Cancelled => both("Cancelled", "Cancelado"),
        EventStatus::Rescheduled => both("Rescheduled", "Reprogramado"),
        EventStatus::Unverified => both("Unverified", "Sin verificar"),
    }
}

/// How well an event is established.
pub const fn verification(verification: Verification) -> BilingualLabel {
    match verification {
        Verification::Reported => both("Reported by one publisher", "Informado por un solo medio"),
        Verification::Corroborated => both("Reported by several publishers", "Informado por varios medios"),
        Verification::Confirmed => both("Confirmed by the editors", "Confirmado por la redacción"),
        Verification::Disputed => both("Disputed", "En disputa"),
    }
}

/// An actor's part.
pub const fn role(role: ActorRole) -> BilingualLabel {
    match role {
        ActorRole::Organizer => both("organizer", "convocante"),
        ActorRole::Participant => both("participant", "participante"),
        ActorRole::Speaker => both("speaker", "orador"),
        ActorRole::Target => both("target", "destinatario de la protesta"),
        ActorRole::Initiator => both("initiator", "iniciador"),
        ActorRole::Issuer => both("issuer", "emisor"),
        ActorRole::Addressee => both("addressee", "destinatario"),
        ActorRole::Subject => both("subject", "objeto"),
        ActorRole::Responder => both("responder", "interviniente"),
        ActorRole::CounterParticipant => both("counter-participant", "participante en contra"),
        ActorRole::Victim => both("victim", "víctima"),
        ActorRole::Affected => both("affected", "afectado"),
        ActorRole::Witness => both("witness", "testigo"),
    }
}

/// Who or what a size goes back to.
pub const fn basis(basis: SizeBasis) -> BilingualLabel {
    match basis {
        SizeBasis::Count => both("counted", "recuento"),
        SizeBasis::Organizer => both("according to the organizers", "según la organización"),
        SizeBasis::Police => both("according to the police", "según la policía"),
        SizeBasis::Press => both("according to the press", "según la prensa"),
        SizeBasis::Image => both("from pictures", "a partir de imágenes"),
        SizeBasis::Rsvp => both("by those who said they would come", "según quienes anunciaron su asistencia"),
        SizeBasis::Eyewitness => both("according to an eyewitness", "según un testigo"),
        SizeBasis::Unknown => both("basis not reported", "origen no informado"),
    }
}

/// How closely a place is known; nothing where it is the spot itself.
pub const fn precision(precision: PlacePrecision) -> Option<BilingualLabel> {
    Some(match precision {
        PlacePrecision::Point | PlacePrecision::Venue => return None,
        PlacePrecision::Neighbourhood => both("known to the neighbourhood", "se conoce el barrio"),
        PlacePrecision::Locality => both("known to the town", "se conoce la localidad"),
        PlacePrecision::Admin2 => both("known to the county or district", "se conoce el condado o distrito"),
        PlacePrecision::Admin1 => both("known to the state or province", "se conoce el estado o provincia"),
        PlacePrecision::Country => both("known to the country", "se conoce el país"),
    })
}
