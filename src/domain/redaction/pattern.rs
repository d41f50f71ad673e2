//! JSON pointers (RFC 6901) in which a step may be `*`: every item of a list, or every member.

/// A pointer to members of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    steps: Vec<Step>,
}

/// One step of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// All that there are.
    Any,
    /// The item at a position, or the member with this name.
    At(usize),
    /// The member with this name, or the item with this id.
    Named(String),
}

impl Step {
    fn parse(text: &str) -> Self {
        match text {
            "*" => Self::Any,
            _ => text.parse().map_or_else(|_| Self::Named(text.replace("~1", "/").replace("~0", "~")), Self::At),
        }
    }

    /// Whether it means a member with this name.
    pub fn is(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::At(position) => name == position.to_string(),
            Self::Named(own) => own == name,
        }
    }
}

impl Pattern {
    /// Reads a pointer; none for what does not begin with a slash, and for the document itself.
    pub fn parse(text: &str) -> Option<Self> {
        let steps = text.strip_prefix('/')?.split('/').map(Step::parse).collect();
        Some(Self { steps })
    }

    /// Its steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Whether its first step is one of these members.
    pub fn begins_in(&self, members: &[&str]) -> bool {
        members.iter().any(|member| self.steps.first() == Some(&Step::Named(member.trim_start_matches('/').to_owned())))
    }

    /// Whether it is a pointer of the form of another, in which `*` stands for any step.
    pub fn is_a(&self, form: &str) -> bool {
        let form = form.trim_start_matches('/').split('/');
        let (mut own, mut form) = (self.steps.iter(), form);
        loop {
            match (own.next(), form.next()) {
                (None, None) => return true,
                (Some(_), Some("*")) => {}
                (Some(Step::Named(own)), Some(name)) if own == name => {}
                _ => return false,
            }
        }
    }

    /// Whether it means this place, or one that this place lies in.
    pub fn holds(&self, pointer: &str) -> bool {
        let mut place = pointer.trim_start_matches('/').split('/');
        self.steps.iter().all(|step| place.next().is_some_and(|name| step.is(name)))
    }
}
