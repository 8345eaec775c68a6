//! The same text for the other side: each term in the words of IT, or in those
//! of marketing (pure).

use super::book::Book;
use super::model::{Side, Term};
use crate::portal::find::fold;

/// A piece of a text.
#[derive(Debug)]
pub enum Piece<'a> {
    /// As it was written.
    Plain(&'a str),
    /// A term in the words of the other side.
    Said {
        /// The word now.
        now: &'a str,
        /// The word that was written.
        was: &'a str,
        /// The term.
        term: &'a Term,
    },
    /// A term that this side says already.
    Known {
        /// The word that was written.
        word: &'a str,
        /// The term.
        term: &'a Term,
    },
}

/// A text in the words of a side.
pub fn say<'a>(book: &'a Book, text: &'a str, side: Side) -> Vec<Piece<'a>> {
    let mut out = Vec::new();
    let mut at = 0;
    for place in book.places(text) {
        let word = &text[place.start..place.end];
        let term = place.term;
        let its = !term.it_term.is_empty() && is_form(term, word, &term.it_term);
        let now = match side {
            Side::It if !its => term.it_term.as_str(),
            Side::Marketing if its => term.term.as_str(),
            _ => "",
        };
        if at < place.start {
            out.push(Piece::Plain(&text[at..place.start]));
        }
        out.push(if now.is_empty() {
            Piece::Known { word, term }
        } else {
            Piece::Said {
                now,
                was: word,
                term,
            }
        });
        at = place.end;
    }
    if at < text.len() {
        out.push(Piece::Plain(&text[at..]));
    }
    out
}

/// Whether what was written is a form of a name.
fn is_form(term: &Term, written: &str, name: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        crate::search::words::split(text)
            .map(|(_, _, word)| word)
            .collect()
    };
    let (a, b) = (words(written), words(name));
    fold(written) == fold(name)
        || (a.len() == b.len()
            && a.iter()
                .zip(&b)
                .all(|(a, b)| crate::search::words::same(term.lang(), a, b)))
}

/// The text of the pieces, with each translated word as `word (was)`.
pub fn plain(pieces: &[Piece<'_>]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Plain(text) | Piece::Known { word: text, .. } => (*text).to_owned(),
            Piece::Said { now, was, .. } => format!("{now} ({was})"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> Book {
        let term = |id: &str, term: &str, it: &str, synonyms: &[&str]| Term {
            id: id.into(),
            term: term.into(),
            language: "en".into(),
            means: "m".into(),
            it_term: it.into(),
            synonyms: synonyms.iter().map(|s| (*s).to_owned()).collect(),
            ..Term::default()
        };
        Book::new(
            1,
            vec![
                term("1", "campaign page", "landing page", &["microsite"]),
                term("2", "briefing", "requirements", &[]),
                term("3", "CI", "continuous integration", &[]),
                term("4", "lead", "", &[]),
            ],
        )
    }

    #[test]
    fn each_side_reads_its_own_words() {
        let book = book();
        for (text, it, marketing) in [
            (
                "Two Campaign Pages after the briefing",
                "Two landing page (Campaign Pages) after the requirements (briefing)",
                "Two Campaign Pages after the briefing",
            ),
            (
                "The landing pages of the microsite",
                "The landing pages of the landing page (microsite)",
                "The campaign page (landing pages) of the microsite",
            ),
            (
                "A lead and cities",
                "A lead and cities",
                "A lead and cities",
            ),
            ("campaigning", "campaigning", "campaigning"),
            ("", "", ""),
        ] {
            assert_eq!(plain(&say(&book, text, Side::It)), it);
            assert_eq!(plain(&say(&book, text, Side::Marketing)), marketing);
        }
    }

    #[test]
    fn only_whole_words_are_terms() {
        let book = book();
        for (text, found) in [
            ("recipe", 0),
            ("the CI, again", 1),
            ("circuit", 0),
            ("leads", 1),
            ("leadership misleads", 0),
        ] {
            assert_eq!(book.places(text).len(), found, "{text}");
        }
    }
}
