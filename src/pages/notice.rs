//! What a reader is shown in place of a page.

use maud::html;

use super::frame;
use super::tongue::Tongue;

/// Why there is nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// There never was such a thing.
    Missing,
    /// It was withdrawn.
    Withdrawn,
    /// It was asked for in a way that is not understood.
    Misunderstood,
    /// It cannot be shown now.
    Unavailable,
}

/// A page that says why there is nothing else; `detail` is a sentence in English that names what is meant.
pub fn page(tongue: Tongue, why: Why, detail: &str) -> String {
    let heading = match why {
        Why::Missing => tongue.pick("This timeline does not exist", "Esta cronología no existe"),
        Why::Withdrawn => tongue.pick("This timeline was withdrawn", "Esta cronología fue retirada"),
        Why::Misunderstood => tongue
            .pick("The address of this timeline is not understood", "No se entiende la dirección de esta cronología"),
        Why::Unavailable => tongue
            .pick("This timeline cannot be shown at the moment", "Esta cronología no se puede mostrar en este momento"),
    };
    // What was asked for may hold anything.
    let detail: String = detail.chars().filter(|letter| !letter.is_control()).collect();
    let body = html! {
        main.notice {
            h1 { (heading) }
            @if !detail.is_empty() {
                p lang=[frame::other_language(tongue, Some("en"))] dir="auto" { (detail) }
            }
        }
    };
    frame::document(tongue, heading, &html! {}, &body)
}
