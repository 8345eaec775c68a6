//! A piece of a text with the words that were found (pure). The text is made
//! safe here: what comes out holds no HTML but `mark`.

use std::collections::BTreeSet;

use maud::{Markup, PreEscaped, html};

use super::words;
use crate::i18n::Lang;

/// Letters before the first word that was found, and in all.
const BEFORE: usize = 60;
const LENGTH: usize = 180;

/// Whether a word of a text is one of the forms that are looked for.
fn is_found(language: Option<Lang>, word: &str, forms: &BTreeSet<&str>) -> bool {
    forms.contains(word)
        || words::stem_tokens(language, word)
            .iter()
            .any(|stem| forms.contains(stem.as_str()))
}

/// The text with every found word marked.
pub fn mark(text: &str, forms: &[String]) -> Markup {
    let forms: BTreeSet<&str> = forms.iter().map(String::as_str).collect();
    let language = words::language(text);
    let mut out = String::new();
    let mut at = 0;
    for (start, end, word) in words::split(text) {
        if is_found(language, &word, &forms) {
            out.push_str(&html! { (text[at..start]) mark { (text[start..end]) } }.into_string());
            at = end;
        }
    }
    out.push_str(&html! { (text[at..]) }.into_string());
    PreEscaped(out)
}

/// Where a piece around the densest place of found words lies.
fn piece<'a>(text: &'a str, forms: &[String]) -> (&'a str, bool, bool) {
    let set: BTreeSet<&str> = forms.iter().map(String::as_str).collect();
    let language = words::language(text);
    let first = words::split(text)
        .find(|(_, _, word)| is_found(language, word, &set))
        .map_or(0, |(start, ..)| start);
    let back = text[..first]
        .char_indices()
        .rev()
        .take(BEFORE)
        .last()
        .map_or(first, |(at, _)| at);
    let start = if back == 0 {
        0
    } else {
        text[back..first]
            .find(char::is_whitespace)
            .map_or(first, |at| back + at + 1)
    };
    let end = text[start..]
        .char_indices()
        .nth(LENGTH)
        .map_or(text.len(), |(at, _)| start + at);
    let end = if end == text.len() {
        end
    } else {
        text[start..end]
            .rfind(char::is_whitespace)
            .map_or(end, |at| start + at)
    };
    (text[start..end].trim(), start > 0, end < text.len())
}

/// A piece of the text around what was found, as one line.
pub fn snippet(text: &str, forms: &[String]) -> Markup {
    let (part, before, after) = piece(text, forms);
    html! { @if before { "… " } (mark(part, forms)) @if after { " …" } }
}

/// The same without marks, for JSON.
pub fn plain(text: &str, forms: &[String]) -> String {
    let (part, before, after) = piece(text, forms);
    format!(
        "{}{part}{}",
        if before { "… " } else { "" },
        if after { " …" } else { "" }
    )
}

/// Markdown as the words that it shows, in one line.
pub fn text_of(markdown: &str) -> String {
    use pulldown_cmark::{Event, Options, Parser};
    let mut out = String::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                out.push_str(&text);
            }
            Event::End(_) | Event::SoftBreak | Event::HardBreak => out.push(' '),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_words_are_marked_and_nothing_else_is_html() {
        let forms = vec!["poster".to_owned(), "e:poster".to_owned()];
        assert_eq!(
            mark("Two <b>Posters</b> & a roster", &forms).into_string(),
            "Two &lt;b&gt;<mark>Posters</mark>&lt;/b&gt; &amp; a roster"
        );
        let long = format!("{} the poster {}", "früh ".repeat(80), "später ".repeat(80));
        let out = snippet(&long, &forms).into_string();
        assert!(out.starts_with("… ") && out.ends_with(" …"), "{out}");
        assert!(out.contains("<mark>poster</mark>"), "{out}");
        assert!(plain(&long, &forms).chars().count() < 200);
        assert_eq!(snippet("", &forms).into_string(), "");
        assert_eq!(text_of("# Hi\n\n**a** `b`\nc"), "Hi a b c");
    }
}
