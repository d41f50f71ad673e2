//! The words that synthetic documents are made of: invented names and plain sentences, none of which needs an escape in
//! JSON. Lists of two have one for each [`Language`].

/// The languages of synthetic documents; the number is the position in the lists here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English = 0,
    Spanish = 1,
}

impl Language {
    /// The tag of the language.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::English => Self::Spanish,
            Self::Spanish => Self::English,
        }
    }
}

pub const PLACE_PREFIXES: [&[&str]; 2] = [
    &["North ", "South ", "East ", "West ", "New ", "Old ", "Upper ", "Lower ", "Port ", "Great "],
    &["Villa ", "Puerto ", "Nueva ", "Alta ", "Monte ", "Valle ", "Puente ", "Lagos de ", "Real de ", "Campo "],
];

pub const PLACE_STARTS: [&[&str]; 2] = [
    &[
        "Ald", "Amber", "Barn", "Birk", "Brack", "Brin", "Calder", "Cor", "Dun", "Elm", "Fair", "Fen", "Gart", "Glen",
        "Hal", "Hart", "Hazel", "Hol", "Ing", "Kel", "Lang", "Linden", "Mar", "Mill", "Nor", "Oaken", "Penn", "Quarr",
        "Raven", "Red", "Rook", "Sal", "Sand", "Stan", "Thorn", "Tor", "Under", "Wal", "White", "Yar",
    ],
    &[
        "Alca", "Alme", "Ara", "Bena", "Bori", "Cala", "Casti", "Cori", "Dura", "Espi", "Ferra", "Galda", "Guada",
        "Hiru", "Isla", "Jara", "Lore", "Luma", "Mara", "Mira", "Nava", "Olme", "Oro", "Pala", "Pere", "Quinta",
        "Riba", "Sala", "Soli", "Tala", "Torre", "Ube", "Vala", "Vera", "Yuca", "Zara",
    ],
];

pub const PLACE_ENDS: [&[&str]; 2] = [
    &[
        "bourne", "bridge", "brook", "bury", "by", "combe", "croft", "dale", "den", "field", "ford", "gate", "ham",
        "haven", "hurst", "leigh", "mere", "mond", "moor", "ridge", "stead", "stock", "ton", "vale", "water", "well",
        "wick", "wood", "worth", "wyke",
    ],
    &[
        "bal", "cero", "dora", "duero", "gosa", "jada", "lejo", "lina", "llar", "lona", "mar", "mayor", "nares",
        "nilla", "qui", "rejo", "rena", "rios", "sola", "tera", "tiva", "vega", "vista", "zo",
    ],
];

/// What an organization stands for or brings together.
pub const CONCERNS: [&[&str]; 2] = [
    &[
        "Tenants",
        "Harbour Workers",
        "Teachers",
        "Students",
        "Nurses",
        "Farmers",
        "River Keepers",
        "Cyclists",
        "Pensioners",
        "Bus Riders",
        "Miners",
        "Weavers",
        "Clean Air",
        "Fair Wages",
        "Open Schools",
        "Safe Streets",
        "Public Water",
        "Forest Friends",
        "Night Shift",
        "Food Sharing",
        "Legal Aid",
        "Library Users",
        "Fishers",
        "Builders",
        "Seasonal Workers",
        "Neighbours",
        "Parents",
        "Allotment Growers",
        "Civil Rights",
        "Newcomers",
    ],
    &[
        "Inquilinos",
        "Estibadores",
        "Docentes",
        "Estudiantes",
        "Enfermeras",
        "Campesinos",
        "Guardianes del Río",
        "Ciclistas",
        "Jubilados",
        "Mineros",
        "Aire Limpio",
        "Salario Justo",
        "Escuela Abierta",
        "Agua Pública",
        "Bosque Vivo",
        "Pescadores",
        "Vecinos",
        "Madres y Padres",
        "Derechos Civiles",
        "Temporeros",
    ],
];

/// What demands and descriptions are about: slug, English, Spanish.
pub const ISSUES: [(&str, [&str; 2]); 40] = [
    ("wages", ["higher wages", "mejores salarios"]),
    ("housing", ["affordable housing", "una vivienda asequible"]),
    ("climate", ["action on the climate", "medidas por el clima"]),
    ("policing", ["how the police act", "la actuación policial"]),
    ("education", ["funding for schools", "la financiación de las escuelas"]),
    ("health-care", ["access to health care", "el acceso a la salud"]),
    ("immigration", ["the rules on immigration", "las normas de inmigración"]),
    ("water", ["clean water", "el agua limpia"]),
    ("pensions", ["pensions", "las pensiones"]),
    ("transport", ["public transport", "el transporte público"]),
    ("war-and-peace", ["an end to the war", "el fin de la guerra"]),
    ("elections", ["fair elections", "elecciones limpias"]),
    ("corruption", ["corruption", "la corrupción"]),
    ("racism", ["racism", "el racismo"]),
    ("womens-rights", ["the rights of women", "los derechos de las mujeres"]),
    ("land", ["the use of land", "el uso de la tierra"]),
    ("energy-prices", ["the price of energy", "el precio de la energía"]),
    ("food-prices", ["the price of food", "el precio de los alimentos"]),
    ("taxes", ["new taxes", "los nuevos impuestos"]),
    ("privacy", ["surveillance", "la vigilancia"]),
    ("press-freedom", ["the freedom of the press", "la libertad de prensa"]),
    ("assembly", ["the right to assemble", "el derecho de reunión"]),
    ("disability", ["accessible buildings", "los edificios accesibles"]),
    ("childcare", ["places in childcare", "las plazas de guardería"]),
    ("universities", ["tuition fees", "las tasas universitarias"]),
    ("prisons", ["conditions in prisons", "las condiciones en las cárceles"]),
    ("forests", ["the felling of forests", "la tala de los bosques"]),
    ("mining", ["a planned mine", "una mina proyectada"]),
    ("dams", ["a planned dam", "una presa proyectada"]),
    ("waste", ["a waste dump", "un vertedero"]),
    ("animals", ["the treatment of animals", "el trato a los animales"]),
    ("culture", ["cuts to culture", "los recortes en cultura"]),
    ("layoffs", ["layoffs at a plant", "los despidos en una planta"]),
    ("working-hours", ["working hours", "la jornada laboral"]),
    ("safety-at-work", ["safety at work", "la seguridad en el trabajo"]),
    ("debt", ["household debt", "la deuda de los hogares"]),
    ("trade", ["a trade agreement", "un acuerdo comercial"]),
    ("language", ["the use of languages at school", "el uso de las lenguas en la escuela"]),
    ("monuments", ["a monument", "un monumento"]),
    ("autonomy", ["more say for the regions", "más autonomía para las regiones"]),
];

pub const CROWDS: [&[&str]; 2] = [
    &[
        "Residents",
        "Students and teachers",
        "Several groups",
        "Union members",
        "Families",
        "A small group",
        "Neighbours",
        "Workers and their supporters",
        "Young people",
        "Members of local groups",
        "People of all ages",
        "Health workers",
        "Farmers with their families",
        "Parents and pupils",
        "Commuters",
        "A coalition of groups",
    ],
    &[
        "Vecinos",
        "Estudiantes y docentes",
        "Varios grupos",
        "Sindicalistas",
        "Familias",
        "Un grupo pequeño",
        "Trabajadores y simpatizantes",
        "Jóvenes",
        "Miembros de grupos locales",
        "Personas de todas las edades",
        "Personal sanitario",
        "Campesinos con sus familias",
    ],
];

pub const DEEDS: [&[&str]; 2] = [
    &[
        "came together",
        "gathered",
        "met",
        "held a gathering",
        "stood for an hour",
        "spoke out",
        "raised their voices",
        "called for change",
        "walked slowly",
        "waited with signs",
        "sang and spoke",
        "handed out leaflets",
    ],
    &[
        "se reunieron",
        "se concentraron",
        "alzaron la voz",
        "pidieron cambios",
        "caminaron despacio",
        "esperaron con carteles",
        "repartieron volantes",
        "cantaron y hablaron",
    ],
];

pub const SPOTS: [&[&str]; 2] = [
    &[
        "at the town hall",
        "in the market square",
        "outside the courthouse",
        "by the station",
        "on the old bridge",
        "in front of the library",
        "near the harbour gates",
        "at the university entrance",
        "in the central park",
        "along the main street",
        "at the hospital",
        "outside a factory",
        "by the river",
        "at the bus depot",
        "in front of the ministry",
        "on the school grounds",
        "at a crossroads",
        "outside a bank",
        "near the stadium",
        "at the memorial",
    ],
    &[
        "ante el ayuntamiento",
        "en la plaza del mercado",
        "frente al juzgado",
        "junto a la estación",
        "en el puente viejo",
        "frente a la biblioteca",
        "cerca del puerto",
        "en la entrada de la universidad",
        "en el parque central",
        "en la calle mayor",
        "frente al hospital",
        "a las puertas de una fábrica",
        "junto al río",
        "en la terminal de autobuses",
    ],
];

pub const DETAILS: [&[&str]; 2] = [
    &[
        "Speakers described how the matter had gone on for months without an answer",
        "Drums and whistles could be heard several streets away",
        "Banners were hung from balconies along the way",
        "A letter with signatures was handed over at the end",
        "Traffic was diverted for some time and buses were delayed",
        "Most of those present wore yellow ribbons",
        "Organizers had announced it a week before in leaflets",
        "A minute of silence was kept before the first speech",
        "Volunteers gave out water and looked after the sound",
        "Shops along the route stayed open",
        "Some had come by train from nearby villages",
        "A choir sang between the speeches",
        "The gathering had been moved from another place because of rain",
        "Placards in several languages were seen",
        "Talks with the council were said to have failed the day before",
        "Members of the council listened from the steps",
        "Chants and short speeches took turns",
        "The route was shorter than planned",
        "Tractors and bicycles followed the crowd",
        "People lit candles as it grew dark",
    ],
    &[
        "Las oradoras contaron que el asunto seguía sin respuesta desde hacía meses",
        "Los tambores se oían a varias calles de distancia",
        "Había pancartas en los balcones del recorrido",
        "Al final se entregó una carta con firmas",
        "El tráfico fue desviado durante un tiempo",
        "Muchos llevaban cintas amarillas",
        "La convocatoria se había anunciado una semana antes",
        "Se guardó un minuto de silencio antes del primer discurso",
        "Personas voluntarias repartieron agua",
        "Los comercios del recorrido siguieron abiertos",
        "Un coro cantó entre los discursos",
        "Al caer la tarde se encendieron velas",
    ],
];

pub const ENDINGS: [&[&str]; 2] = [
    &[
        "It ended without incident",
        "Police watched and did not step in",
        "It broke up after about two hours",
        "Another one was announced for the following week",
        "Both sides agreed to talk again",
        "The organizers thanked those who came",
        "A spokesperson for the authorities declined to comment",
        "Cleaners were at work soon afterwards",
        "Some stayed until the evening",
        "The authorities promised an answer",
        "It went on longer than announced",
        "A few people were asked to leave the road",
        "The mood was calm throughout",
        "Local radio reported live",
        "Reports differ on how many came",
        "Nobody was reported hurt",
    ],
    &[
        "Terminó sin incidentes",
        "La policía observó sin intervenir",
        "Se disolvió a las dos horas",
        "Se anunció otra para la semana siguiente",
        "Las autoridades prometieron una respuesta",
        "El ambiente fue tranquilo",
        "Algunas personas se quedaron hasta la noche",
        "La radio local informó en directo",
        "No se informó de heridos",
        "Duró más de lo anunciado",
    ],
];

/// The last sentence of a corrected description.
pub const CORRECTED: [&str; 2] = ["Later reports gave another number", "Informes posteriores dieron otra cifra"];

/// Between the kind of an event and the place, and between the place and the issue.
pub const TITLE_JOINTS: [[&str; 2]; 2] = [[" in ", " over "], [" en ", " por "]];

pub const SIZE_WORDS: [&str; 16] = [
    "hundreds",
    "hundreds of people",
    "dozens",
    "dozens of people",
    "thousands",
    "tens of thousands",
    "more than 500",
    "about 200 people",
    "at least 1,000",
    "between 300 and 400",
    "up to 50",
    "nearly 2,000",
    "a large crowd",
    "several",
    "a few dozen",
    "hundreds; 450",
];

pub const DAMAGE: [&str; 5] =
    ["broken windows", "graffiti", "damaged vehicles", "a fire in a bin", "torn down barriers"];
pub const PARTICIPANT_MEASURES: [&str; 5] =
    ["objects thrown", "road blocked", "barriers pushed", "fireworks", "entrance blocked"];
pub const POLICE_MEASURES: [&str; 6] =
    ["dispersal order", "tear gas", "batons", "road closed", "identity checks", "mounted officers"];

pub const PAPERS: [&[&str]; 2] = [
    &[
        "Courier",
        "Herald",
        "Gazette",
        "Observer",
        "Post",
        "Chronicle",
        "Radio",
        "Bulletin",
        "Free Press",
        "Evening News",
    ],
    &["El Diario de", "La Voz de", "Radio", "El Correo de", "La Gaceta de", "Noticias de"],
];

pub const CAMPAIGN_FORMS: [&[&str]; 2] =
    [&["Days of Action", "Spring", "Assembly", "Campaign", "Week"], &["Jornadas", "Primavera", "Asamblea", "Campaña"]];
