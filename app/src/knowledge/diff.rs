//! What changed between two texts, word by word (pure).

use maud::{Markup, html};
use similar::{ChangeTag, TextDiff};

/// A piece of a text: taken away, added, or the same in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Same,
    Gone,
    New,
}

/// The pieces of both texts, in order. Lines first, then words within the lines
/// that differ, so that long texts are compared fast.
pub fn pieces(old: &str, new: &str) -> Vec<(Kind, String)> {
    let diff = TextDiff::from_lines(old, new);
    let mut out: Vec<(Kind, String)> = Vec::new();
    let mut push = |kind, text: &str| match out.last_mut() {
        Some((last, all)) if *last == kind => all.push_str(text),
        _ => out.push((kind, text.to_owned())),
    };
    for op in diff.ops() {
        let before: String = diff
            .iter_changes(op)
            .filter(|c| c.tag() != ChangeTag::Insert)
            .map(|c| c.value())
            .collect();
        let after: String = diff
            .iter_changes(op)
            .filter(|c| c.tag() != ChangeTag::Delete)
            .map(|c| c.value())
            .collect();
        // Words of very long stretches would take too long.
        if before == after {
            push(Kind::Same, &before);
        } else if before.is_empty() || after.is_empty() || before.len() + after.len() > 20_000 {
            if !before.is_empty() {
                push(Kind::Gone, &before);
            }
            if !after.is_empty() {
                push(Kind::New, &after);
            }
        } else {
            for change in TextDiff::from_words(&before, &after).iter_all_changes() {
                let kind = match change.tag() {
                    ChangeTag::Equal => Kind::Same,
                    ChangeTag::Delete => Kind::Gone,
                    ChangeTag::Insert => Kind::New,
                };
                push(kind, change.value());
            }
        }
    }
    out
}

/// The pieces as HTML: `<del>` and `<ins>`, with words for those who do not see
/// colours.
pub fn show(old: &str, new: &str) -> Markup {
    html! {
        div class="diff" {
            @for (kind, text) in pieces(old, new) {
                @match kind {
                    Kind::Same => (text),
                    Kind::Gone => del { (text) },
                    Kind::New => ins { (text) },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_compared() {
        assert_eq!(
            pieces("The blue logo.\nEnd\n", "The green logo.\nEnd\n"),
            [
                (Kind::Same, "The ".to_owned()),
                (Kind::Gone, "blue".to_owned()),
                (Kind::New, "green".to_owned()),
                (Kind::Same, " logo.\nEnd\n".to_owned()),
            ]
        );
    }

    proptest! {
        #[test]
        fn both_texts_come_out_again(old in "[ab \n]{0,40}", new in "[ab \n]{0,40}") {
            let all = pieces(&old, &new);
            let of = |not: Kind| all.iter().filter(|(k, _)| *k != not).map(|(_, t)| t.as_str()).collect::<String>();
            prop_assert_eq!(of(Kind::New), old);
            prop_assert_eq!(of(Kind::Gone), new);
        }
    }
}
