//! Words in the language of the reader.
//!
//! The English text in the source is the key; German comes from the files in
//! `app/locale/de/`, one per slice. A text without German appears in English.
//!
//! ```ignore
//! use crate::i18n::{Lang, t, tn};
//! t!(lang, "Order now")                          // &'static str
//! t!(lang, "Promised by {date}", date = date)    // String
//! tn!(lang, n, "{n} file", "{n} files")          // String, with {n} filled in
//! lang.text(msg.text, &values)                   // when the key is data
//! ```
//!
//! A test collects every literal given to the macros and fails when one lacks
//! German, when a placeholder is lost, or when a German entry is not used.

use std::{collections::HashMap, sync::LazyLock};

pub mod fmt;
#[cfg(test)]
mod scan;

include!(concat!(env!("OUT_DIR"), "/locale.rs"));

/// A language that pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    #[default]
    En,
    De,
}

/// German by English. A text with a plural is found by its singular.
struct Words {
    one: HashMap<String, String>,
    many: HashMap<String, [String; 2]>,
}

static GERMAN: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words {
        one: HashMap::new(),
        many: HashMap::new(),
    };
    for (name, text) in DE {
        // The files are part of the binary, and a test reads them all.
        let catalog = polib::po_file::parse_from_reader(text.as_bytes())
            .unwrap_or_else(|error| panic!("locale/de/{name}: {error}"));
        for message in catalog.messages() {
            let key = message.msgid().to_owned();
            if let Ok(one) = message.msgstr() {
                if !one.is_empty() {
                    words.one.insert(key, one.to_owned());
                }
            } else if let Ok([one, many]) = message.msgstr_plural().map(Vec::as_slice) {
                words.many.insert(key, [one.clone(), many.clone()]);
            }
        }
    }
    words
});

impl Lang {
    /// The code for `<html lang>` and for storing.
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::De => "de",
        }
    }

    /// The language with this code, if pages are written in it.
    pub fn from_code(code: &str) -> Option<Self> {
        let main = code.split(['-', '_']).next().unwrap_or_default();
        match main.to_ascii_lowercase().as_str() {
            "en" => Some(Lang::En),
            "de" => Some(Lang::De),
            _ => None,
        }
    }

    /// The best match for an `Accept-Language` header; English if none fits.
    pub fn from_accept_language(header: &str) -> Self {
        let mut best = (0.0, Lang::En);
        for part in header.split(',') {
            let mut words = part.split(';');
            let lang = Lang::from_code(words.next().unwrap_or_default().trim());
            let weight = words
                .find_map(|word| word.trim().strip_prefix("q="))
                .map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
            if let Some(lang) = lang
                && weight > best.0
            {
                best = (weight, lang);
            }
        }
        best.1
    }

    /// The text in this language, or as it is. For literals, use [`t!`].
    pub fn t(self, english: &str) -> &str {
        match self {
            Lang::En => english,
            Lang::De => GERMAN.one.get(english).map_or(english, String::as_str),
        }
    }

    /// The text for `n` things, `{n}` not yet filled in. For literals, use [`tn!`].
    pub fn n<'a>(self, n: i64, one: &'a str, many: &'a str) -> &'a str {
        let plural = usize::from(n != 1);
        match self {
            Lang::De if let Some(forms) = GERMAN.many.get(one) => &forms[plural],
            _ => [one, many][plural],
        }
    }

    /// A text whose key is data, such as a message of another crate.
    pub fn text(self, english: &str, values: &[(&str, String)]) -> String {
        fill(self.t(english), values)
    }
}

/// Puts values into a text. A brace inside a value is not filled again, and an
/// unknown `{name}` stays visible, so that a slip in a translation shows.
pub fn fill(text: &str, values: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let Some(close) = rest.find('}') else { break };
        match values.iter().find(|(name, _)| *name == &rest[1..close]) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&rest[..=close]),
        }
        rest = &rest[close + 1..];
    }
    out.push_str(rest);
    out
}

/// A text in the reader's language, with `{name}` filled in if values are given.
macro_rules! t {
    ($lang:expr, $text:literal $(,)?) => {
        $crate::i18n::Lang::t($lang, $text)
    };
    ($lang:expr, $text:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::i18n::fill($crate::i18n::Lang::t($lang, $text), &[$((stringify!($name), ($value).to_string())),+])
    };
}

/// A text for a number of things. `{n}` is the number; more values may follow.
macro_rules! tn {
    ($lang:expr, $n:expr, $one:literal, $many:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        let n = i64::try_from($n).unwrap_or(i64::MAX);
        let text = $crate::i18n::Lang::n($lang, n, $one, $many);
        $crate::i18n::fill(text, &[("n", $crate::i18n::fmt::number($lang, n)) $(, (stringify!($name), ($value).to_string()))*])
    }};
}

#[allow(unused_imports)] // As above.
pub(crate) use {t, tn};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_decides_the_language() {
        for (header, lang) in [
            ("", Lang::En),
            ("de", Lang::De),
            ("de-CH,de;q=0.9,en;q=0.8", Lang::De),
            ("en-GB,en;q=0.9,de;q=0.8", Lang::En),
            ("fr,de;q=0.5,en;q=0.4", Lang::De),
            ("da, nl", Lang::En),
            ("de;q=0", Lang::En),
            (";;,,q=", Lang::En),
        ] {
            assert_eq!(Lang::from_accept_language(header), lang, "{header}");
        }
    }

    #[test]
    fn texts_are_found_filled_and_counted() {
        assert_eq!(t!(Lang::En, "Skip to content"), "Skip to content");
        assert_eq!(t!(Lang::De, "Skip to content"), "Zum Inhalt springen");
        assert_eq!(Lang::De.t("No such text"), "No such text");
        assert_eq!(
            Lang::De.text("No {a} of {a}, {b}", &[("a", "{b}".into())]),
            "No {b} of {b}, {b}"
        );
        assert_eq!(
            tn!(Lang::En, 1, "{n} selected", "{n} selected"),
            "1 selected"
        );
        assert_eq!(
            tn!(Lang::De, 2, "{n} selected", "{n} selected"),
            "2 ausgewählt"
        );
    }
}
