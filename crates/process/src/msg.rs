//! Messages for people, kept apart from their language.

use std::fmt;

/// A message for a person. The English text is also the key for translation;
/// values are named so that another language may order them differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Msg {
    /// English, with `{name}` where a value goes.
    pub text: &'static str,
    /// The values by name.
    pub args: Vec<(&'static str, String)>,
}

impl Msg {
    /// A message without values yet.
    pub fn new(text: &'static str) -> Self {
        Self {
            text,
            args: Vec::new(),
        }
    }

    /// Adds the value for `{name}`.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Fills the values into `text`, which is [`Msg::text`] or its translation.
    /// Values are copied as they are: a brace inside a value is never filled
    /// again. An unknown `{name}` stays visible, so that a slip in a translation
    /// shows.
    pub fn render(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 32);
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            rest = &rest[open..];
            let Some(close) = rest.find('}') else { break };
            let name = &rest[1..close];
            match self.args.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => out.push_str(value),
                None => out.push_str(&rest[..=close]),
            }
            rest = &rest[close + 1..];
        }
        out.push_str(rest);
        out
    }
}

/// Renders English.
impl fmt::Display for Msg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(self.text))
    }
}

/// Something wrong in a definition, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where in the JSON, such as `stages[2].checklist[0].key`.
    pub path: String,
    pub msg: Msg,
}

impl Problem {
    pub(crate) fn new(path: impl Into<String>, msg: Msg) -> Self {
        Self {
            path: path.into(),
            msg,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.msg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_filled_once() {
        let msg = Msg::new("{a} and {b}, not {c} {")
            .arg("a", "{b}")
            .arg("b", 2);
        assert_eq!(msg.to_string(), "{b} and 2, not {c} {");
        assert_eq!(msg.render("{b} und {a}"), "2 und {b}");
    }
}
