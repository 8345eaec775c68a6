//! Text as the words that are indexed and looked for (pure).
//!
//! A word is written without case and accents. Beside it stands its stem in
//! English and in German (the Snowball rules), so that "posters" finds
//! "poster" and "Häuser" finds "Haus", whatever language a text is in.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use rust_stemmers::{Algorithm, Stemmer};

use crate::i18n::Lang;
use crate::portal::find::fold;

/// Longest word, in letters; the rest of it does not count.
const LETTERS: usize = 40;
/// The most bytes of words of one text that are indexed: PostgreSQL takes no
/// more than a megabyte of them, and no reader looks for the hundredth page.
const MOST: usize = 300_000;

/// Words that say nothing about what is wanted.
const IDLE: &[&str] = &[
    "a", "about", "aber", "als", "am", "an", "and", "are", "as", "at", "auf", "aus", "bei", "be",
    "bitte", "but", "by", "can", "da", "das", "dass", "dem", "den", "der", "des", "die", "do",
    "does", "ein", "eine", "einen", "einem", "einer", "es", "for", "from", "fur", "get", "hat",
    "have", "how", "i", "ich", "ihr", "im", "in", "is", "ist", "it", "kann", "me", "mein", "meine",
    "mit", "my", "need", "neu", "neue", "new", "nicht", "not", "of", "oder", "on", "or", "our",
    "please", "sie", "sind", "so", "that", "the", "this", "to", "um", "und", "uns", "unser", "up",
    "von", "want", "was", "we", "what", "when", "where", "which", "who", "why", "wie", "will",
    "wir", "with", "wo", "you", "your", "zu", "zum", "zur",
];

thread_local! {
    static ENGLISH: OnceCell<Stemmer> = const { OnceCell::new() };
    static GERMAN: OnceCell<Stemmer> = const { OnceCell::new() };
}

/// The words of a text in order, folded, with where each begins and ends in it.
pub fn split(text: &str) -> impl Iterator<Item = (usize, usize, String)> + '_ {
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while chars.next_if(|(_, c)| !c.is_alphanumeric()).is_some() {}
        let (start, _) = *chars.peek()?;
        let mut end = start;
        while let Some((at, c)) = chars.next_if(|(_, c)| c.is_alphanumeric()) {
            end = at + c.len_utf8();
        }
        let short: String = text[start..end].chars().take(LETTERS).collect();
        Some((start, end, fold(&short)))
    })
}

/// The stems of a folded word: English, then German.
pub fn stems(word: &str) -> [String; 2] {
    if word.chars().any(|c| c.is_ascii_digit()) {
        return [word.to_owned(), word.to_owned()];
    }
    let stem = |cell: &'static std::thread::LocalKey<OnceCell<Stemmer>>, kind| {
        cell.with(|cell| {
            let stemmer = cell.get_or_init(|| Stemmer::create(kind));
            stemmer.stem(word).into_owned()
        })
    };
    [
        stem(&ENGLISH, Algorithm::English),
        stem(&GERMAN, Algorithm::German),
    ]
}

/// The stem of a folded word in one language.
pub fn stem(lang: Lang, word: &str) -> String {
    let [english, german] = stems(word);
    match lang {
        Lang::En => english,
        Lang::De => german,
    }
}

/// Whether two folded words are forms of one in this language.
pub fn same(lang: Lang, a: &str, b: &str) -> bool {
    a == b || stem(lang, a) == stem(lang, b)
}

/// A stem as a token: apart from words, and each language for itself, so that
/// an English "post" is not found by "poster", whose German stem it is.
pub fn stem_token(lang: Lang, word: &str) -> String {
    let mark = match lang {
        Lang::En => "e",
        Lang::De => "g",
    };
    format!("{mark}:{}", stem(lang, word))
}

/// The language that a text seems to be in, by its small words; `None` when it
/// has too few.
pub fn language(text: &str) -> Option<Lang> {
    const GERMAN: &[&str] = &[
        "auf", "das", "dem", "den", "der", "des", "die", "ein", "eine", "einen", "fur", "ich",
        "im", "ist", "mit", "nicht", "oder", "sind", "und", "uns", "von", "wie", "wir", "zu",
        "zum", "zur",
    ];
    const ENGLISH: &[&str] = &[
        "a", "and", "are", "as", "by", "for", "from", "have", "how", "is", "it", "of", "on", "or",
        "our", "that", "the", "this", "to", "we", "with", "you", "your",
    ];
    let (mut german, mut english) = (0, 0);
    for (_, _, word) in split(text).take(400) {
        german += usize::from(GERMAN.contains(&word.as_str()));
        english += usize::from(ENGLISH.contains(&word.as_str()));
    }
    match german.cmp(&english) {
        std::cmp::Ordering::Greater => Some(Lang::De),
        std::cmp::Ordering::Less => Some(Lang::En),
        std::cmp::Ordering::Equal => None,
    }
}

/// The stems of a word as tokens, in the language of its text or in both.
pub fn stem_tokens(language: Option<Lang>, word: &str) -> Vec<String> {
    match language {
        Some(lang) => vec![stem_token(lang, word)],
        None => vec![stem_token(Lang::En, word), stem_token(Lang::De, word)],
    }
}

/// Everything that a text is found by: its words and their stems.
pub fn tokens(text: &str) -> BTreeSet<String> {
    tokens_in(language(text), text)
}

/// The same for a text whose language is known.
pub fn tokens_in(language: Option<Lang>, text: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut size = 0;
    for (_, _, word) in split(text) {
        if out.contains(&word) {
            continue;
        }
        size += word.len() * 3;
        if size > MOST {
            break;
        }
        out.extend(stem_tokens(language, &word));
        out.insert(word);
    }
    out
}

/// The words of a question that say something, at most `most`; all of them if
/// none does.
pub fn wanted(question: &str, most: usize) -> Vec<String> {
    let short: String = question.chars().take(400).collect();
    let mut all: Vec<String> = Vec::new();
    for (_, _, word) in split(&short) {
        if !all.contains(&word) {
            all.push(word);
        }
    }
    let telling = |word: &&String| !IDLE.contains(&word.as_str());
    let mut out: Vec<String> = all.iter().filter(telling).cloned().collect();
    if out.is_empty() {
        out = all;
    }
    out.truncate(most);
    out
}

/// The word as a token that both databases take as one: letters beyond ASCII
/// are written as their number.
pub fn encode(token: &str) -> String {
    let mut out = String::with_capacity(token.len());
    for c in token.chars() {
        if c.is_ascii_alphanumeric() || c == ':' {
            out.push(c);
        } else {
            out.push_str(&format!("_{:x}_", u32::from(c)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_the_same() {
        for (lang, a, b) in [
            (Lang::En, "posters", "poster"),
            (Lang::En, "policies", "policy"),
            (Lang::En, "printed", "printing"),
            (Lang::De, "hauser", "haus"),
            (Lang::De, "visitenkarten", "visitenkarte"),
            (Lang::De, "bestellungen", "bestellung"),
        ] {
            assert!(same(lang, a, b), "{a} {b}: {:?} {:?}", stems(a), stems(b));
        }
        for (a, b) in [("poster", "post"), ("logo", "login"), ("2026", "202")] {
            assert!(!same(Lang::En, a, b), "{a} {b}");
        }
    }

    #[test]
    fn small_words_tell_the_language() {
        assert_eq!(language("A poster for the open day"), Some(Lang::En));
        assert_eq!(
            language("Ein Plakat für den Tag der offenen Tür"),
            Some(Lang::De)
        );
        assert_eq!(language("Poster A2"), None);
        let english = tokens("the post and the letters");
        assert!(!english.contains("g:post") && english.contains("e:letter"));
    }

    #[test]
    fn words_know_their_place() {
        let text = "Größe: A2-Plakat, 30 %";
        let found: Vec<_> = split(text).map(|(a, b, w)| (&text[a..b], w)).collect();
        let expected = [
            ("Größe", "grosse"),
            ("A2", "a2"),
            ("Plakat", "plakat"),
            ("30", "30"),
        ];
        assert_eq!(found, expected.map(|(a, b)| (a, b.to_owned())));
        assert_eq!(wanted("How do I get the logo?", 8), ["logo"]);
        assert_eq!(wanted("the", 8), ["the"]);
        assert_eq!(encode("a:grüße7"), "a:gr_fc__df_e7");
        assert!(tokens("Posters").contains("e:poster"));
    }
}
