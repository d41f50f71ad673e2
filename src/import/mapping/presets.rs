//! The mappings that are shipped.

use std::sync::{Arc, LazyLock};

use super::Mapping;

/// A mapping file, by its name.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its name, which is a format of files.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
}

macro_rules! presets {
    ($($name:literal),+ $(,)?) => {
        /// Every preset.
        pub const PRESETS: &[Preset] =
            &[$(Preset { name: $name, text: include_str!(concat!("../presets/", $name, ".toml")) }),+];
    };
}

presets!["2020pb", "acled", "acled-deleted", "gdelt", "geojson", "ucdp", "ccc"];

static READ: LazyLock<Vec<(&'static str, Arc<Mapping>)>> = LazyLock::new(|| {
    // A test holds that each can be read.
    let read = |preset: &Preset| Some((preset.name, Arc::new(Mapping::parse(preset.text).ok()?)));
    PRESETS.iter().filter_map(read).collect()
});

/// The preset with a name.
pub fn preset(name: &str) -> Option<Arc<Mapping>> {
    READ.iter().find(|(known, _)| *known == name).map(|(_, mapping)| Arc::clone(mapping))
}
