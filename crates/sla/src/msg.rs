use std::fmt;

/// Why something was left out, for a person. The English text is also the key
/// for translation; values are named so that another language may order them
/// differently.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Msg {
    /// What it is about, such as the name of an event; empty if nothing.
    pub subject: String,
    /// English, with `{name}` where a value goes.
    pub text: &'static str,
    /// The values by name.
    pub args: Vec<(&'static str, String)>,
}

impl Msg {
    /// A message without values yet.
    pub fn new(text: &'static str) -> Msg {
        Msg {
            subject: String::new(),
            text,
            args: Vec::new(),
        }
    }

    /// Adds the value for `{name}`.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl fmt::Display) -> Msg {
        self.args.push((name, value.to_string()));
        self
    }

    /// Says what it is about.
    #[must_use]
    pub fn about(mut self, subject: &str) -> Msg {
        subject.clone_into(&mut self.subject);
        self
    }
}

/// Renders English.
impl fmt::Display for Msg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.subject.is_empty() {
            write!(f, "{}: ", self.subject)?;
        }
        let mut rest = self.text;
        while let Some((head, tail)) = rest.split_once('{') {
            let (name, after) = tail.split_once('}').unwrap_or((tail, ""));
            let value = self.args.iter().find(|(known, _)| *known == name);
            write!(f, "{head}{}", value.map_or(name, |(_, value)| value))?;
            rest = after;
        }
        f.write_str(rest)
    }
}
