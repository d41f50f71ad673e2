//! What a key allows.

use std::fmt;

use super::code::codes;

codes! {
    /// What a key allows beyond what everybody may.
    pub enum Scope {
        /// Writing events and all that they name.
        Write = "write",
        /// Reading what privacy policies keep from the public.
        ReadRestricted = "read:restricted",
        /// Administration, keys among it; it includes all other scopes.
        Admin = "admin",
    }
}

/// The scopes of one key, each once, in the order of their declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// These scopes, in whatever order and however often they are named.
    pub fn new(mut scopes: Vec<Scope>) -> Self {
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }

    /// Reads scopes as they are stored: their codes, with spaces between; `None` where one is unknown.
    pub fn parse(text: &str) -> Option<Self> {
        text.split_ascii_whitespace().map(Scope::parse).collect::<Option<_>>().map(Self::new)
    }

    /// Whether they allow what `scope` stands for.
    pub fn allow(&self, scope: Scope) -> bool {
        self.0.contains(&scope) || self.0.contains(&Scope::Admin)
    }

    /// Each of them.
    pub fn as_slice(&self) -> &[Scope] {
        &self.0
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes: Vec<_> = self.0.iter().map(|scope| scope.code()).collect();
        f.write_str(&codes.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admin_includes_the_others_and_they_include_nothing() {
        for scope in Scope::ALL {
            assert!(Scopes::new(vec![Scope::Admin]).allow(*scope), "{scope}");
            let allowed = |own: &&Scope| Scopes::new(vec![*scope]).allow(**own);
            let count = Scope::ALL.iter().filter(allowed).count();
            assert_eq!(count, if *scope == Scope::Admin { 3 } else { 1 }, "{scope}");
        }
    }

    #[test]
    fn scopes_come_back_as_they_were_stored() {
        let scopes = Scopes::new(vec![Scope::Admin, Scope::Write, Scope::Admin]);
        assert_eq!(scopes.to_string(), "write admin");
        assert_eq!(Scopes::parse("write admin"), Some(scopes));
        assert_eq!(Scopes::parse("write everything"), None);
    }
}
