//! What somebody wrote, apart from what they quote and sign with.
//!
//! Nothing is thrown away: the parts together are the text. When it is not clear
//! what is a quote, it is not one; answers between quoted lines keep the lines
//! they answer.

/// A text in its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// What they wrote now.
    pub said: String,
    /// What they quote, with the line that says from whom.
    pub quoted: String,
    /// What they sign with.
    pub signature: String,
}

/// What stands at both ends of the line above which answers are written. The
/// words between are in the reader's language.
const MARK: (&str, &str) = ("##-", "-##");

/// The line above which answers are written, around words.
pub fn line(words: &str) -> String {
    format!("{} {words} {}", MARK.0, MARK.1)
}

/// Take a text apart.
pub fn split(text: &str) -> Parts {
    let lines: Vec<&str> = text.lines().collect();
    let (above, below) = lines.split_at(cut_at_mark(&lines));
    let (own, quoted) = above.split_at(quote_start(above));
    let mut quote: Vec<&str> = quoted.iter().chain(below).copied().collect();
    let (mut said, mut signature) = {
        let (said, signature) = own.split_at(signature_start(own));
        (said.to_vec(), signature.to_vec())
    };
    if is_blank(&quote)
        && let Some(end) = leading_quote(lines.as_slice())
    {
        // The answer stands below the quote.
        let rest = &lines[end..];
        let (own, sign) = rest.split_at(signature_start(rest));
        if !is_blank(own) && !own.iter().any(|line| is_quoted(line)) {
            quote = lines[..end].to_vec();
            said = own.to_vec();
            signature = sign.to_vec();
        }
    }
    if is_blank(&said) {
        return Parts {
            said: join(&lines),
            ..Parts::default()
        };
    }
    Parts {
        said: join(&said),
        quoted: join(&quote),
        signature: join(&signature),
    }
}

fn is_blank(lines: &[&str]) -> bool {
    lines.iter().all(|line| line.trim().is_empty())
}

fn join(lines: &[&str]) -> String {
    let text = lines.join("\n");
    let from = text
        .char_indices()
        .find(|(_, c)| !c.is_whitespace())
        .map_or(text.len(), |(at, _)| {
            text[..at].rfind('\n').map_or(0, |n| n + 1)
        });
    text[from..].trim_end().to_owned()
}

/// Without the marks of quotes in front.
fn bare(line: &str) -> &str {
    line.trim_start_matches(['>', '|', ' ', '\t', '\u{a0}', '*'])
        .trim_end_matches([' ', '\t', '\r', '*'])
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// Where our own line stands, with the line above it that says who wrote.
fn cut_at_mark(lines: &[&str]) -> usize {
    let marked = |line: &&str| {
        let line = bare(line);
        line.len() > 6 && line.starts_with(MARK.0) && line.ends_with(MARK.1)
    };
    let Some(mut at) = lines.iter().position(marked) else {
        return lines.len();
    };
    // What the program wrote between the answer and our line goes with it.
    let mut look = at;
    while look > 0 && at - look < 8 {
        look -= 1;
        let line = lines[look];
        if line.trim().is_empty() || is_quoted(line) {
            continue;
        }
        if let Some(start) = attribution_ending_at(lines, look) {
            at = start;
        } else if let Some(start) = headers_around(lines, look) {
            at = start;
        }
        break;
    }
    at
}

/// The first line of a block of headers that the line at `look` ends.
fn headers_around(lines: &[&str], look: usize) -> Option<usize> {
    (look.saturating_sub(7)..=look).find(|at| is_header_block(lines, *at))
}

/// Where the quote at the end of a text begins; the number of lines when there
/// is none.
fn quote_start(lines: &[&str]) -> usize {
    let block = (0..lines.len())
        .find(|at| is_divider(lines[*at]) || is_header_block(lines, *at))
        .unwrap_or(lines.len());
    let Some(last) = lines
        .iter()
        .rposition(|line| !line.trim().is_empty() && !is_quoted(line))
    else {
        return 0;
    };
    let tail = if lines[last + 1..].iter().any(|line| is_quoted(line)) {
        attribution_ending_at(lines, last).unwrap_or(last + 1)
    } else {
        lines.len()
    };
    block.min(tail)
}

/// Where the quote at the beginning of a text ends.
fn leading_quote(lines: &[&str]) -> Option<usize> {
    let first = lines.iter().position(|line| !line.trim().is_empty())?;
    let mut at = first;
    for length in 1..=3 {
        let end = first + length;
        if end <= lines.len() && attribution_ending_at(lines, end - 1) == Some(first) {
            at = end;
        }
    }
    let mut any = false;
    while at < lines.len() && (is_quoted(lines[at]) || lines[at].trim().is_empty()) {
        any |= is_quoted(lines[at]);
        at += 1;
    }
    any.then_some(at)
}

/// Where "On … wrote:", which may take up to three lines, begins if it ends
/// with the line `end`.
fn attribution_ending_at(lines: &[&str], end: usize) -> Option<usize> {
    (0..=end.min(2)).map(|back| end - back).find(|start| {
        let block = &lines[*start..=end];
        block.iter().all(|line| !line.trim().is_empty())
            && is_attribution(&block.join(" "), *start < end)
    })
}

/// "On Monday, Jo wrote:", in the languages of our readers and their neighbours.
fn is_attribution(text: &str, must_begin: bool) -> bool {
    let text = bare(text);
    if text.chars().count() > 400 || !text.ends_with(':') {
        return false;
    }
    let lower = text.to_lowercase();
    let begins = [
        "on ", "am ", "le ", "el ", "il ", "op ", "w dniu ", "dne ", "den ", "em ", "at ", "in ",
    ]
    .iter()
    .any(|b| lower.starts_with(b));
    let says = [
        "wrote:",
        "schrieb:",
        "a écrit :",
        "a écrit:",
        "escribió:",
        "ha scritto:",
        "schreef:",
        "napisał:",
        "napisał(a):",
        "napsal:",
        "napsal(a):",
        "skrev:",
        "escreveu:",
        "geschrieben:",
    ]
    .iter()
    .any(|w| lower.ends_with(w))
        || [" schrieb ", " schreef ", " skrev "]
            .iter()
            .any(|w| lower.contains(w));
    let dated = text.chars().any(|c| c.is_ascii_digit());
    let named = lower.contains('@') || lower.contains('<');
    says && (begins || named && !must_begin) && (dated || named)
}

/// "-----Original Message-----" and its kin.
fn is_divider(line: &str) -> bool {
    let text = bare(line);
    let inner = text.trim_matches(['-', '_', ' ']);
    let framed = text.starts_with("---") && text.ends_with("---")
        || text.starts_with("___") && text.ends_with("___");
    framed
        && [
            "original message",
            "ursprüngliche nachricht",
            "original-nachricht",
            "originalnachricht",
            "forwarded message",
            "weitergeleitete nachricht",
            "message d'origine",
            "mensaje original",
            "messaggio originale",
            "oorspronkelijk bericht",
        ]
        .contains(&inner.to_lowercase().as_str())
}

/// From, Sent, To and Subject on lines of their own, as Outlook quotes.
fn is_header_block(lines: &[&str], at: usize) -> bool {
    const NAMES: [&[&str]; 4] = [
        &[
            "from:", "von:", "de:", "da:", "van:", "od:", "från:", "de :",
        ],
        &[
            "sent:",
            "date:",
            "gesendet:",
            "datum:",
            "envoyé:",
            "envoyé :",
            "enviado:",
            "inviato:",
            "verzonden:",
            "wysłano:",
            "skickat:",
            "enviado el:",
            "data:",
        ],
        &[
            "to:", "an:", "à:", "à :", "para:", "a:", "aan:", "do:", "till:",
        ],
        &[
            "subject:",
            "betreff:",
            "objet:",
            "objet :",
            "asunto:",
            "oggetto:",
            "onderwerp:",
            "temat:",
            "ämne:",
            "assunto:",
        ],
    ];
    let has = |line: &str, names: &[&str]| {
        let lower = bare(line).to_lowercase();
        let lower = lower.replace('*', "");
        names
            .iter()
            .any(|name| lower.starts_with(name) && lower.len() > name.len())
    };
    if !has(lines[at], NAMES[0]) {
        return false;
    }
    let block: Vec<&str> = lines[at..]
        .iter()
        .copied()
        .take(9)
        .take_while(|line| !line.trim().is_empty())
        .collect();
    let found = NAMES[1..]
        .iter()
        .filter(|names| block.iter().any(|line| has(line, names)))
        .count();
    found >= 2
}

/// Where a signature begins; the number of lines when there is none.
fn signature_start(lines: &[&str]) -> usize {
    // RFC 3676, 4.3: dash dash space. Programs lose the space.
    if let Some(at) = lines.iter().rposition(|line| *line == "-- ") {
        return at;
    }
    if let Some(at) = lines.iter().rposition(|line| line.trim_end() == "--")
        && lines.len() - at <= 12
    {
        return at;
    }
    let Some(last) = lines.iter().rposition(|line| !line.trim().is_empty()) else {
        return lines.len();
    };
    let lower = lines[last].trim().to_lowercase();
    let device = [
        "sent from my ",
        "sent from outlook",
        "get outlook for ",
        "von meinem ",
        "gesendet von ",
        "gesendet mit ",
        "envoyé de mon ",
        "enviado desde mi ",
        "diese nachricht wurde von meinem ",
    ];
    let words = lower.split_whitespace().count();
    let by_device = device.iter().any(|d| lower.starts_with(d))
        && words <= 10
        && (!lower.starts_with("von meinem ") || lower.contains("gesendet"));
    if by_device { last } else { lines.len() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_part_is_found_and_doubt_keeps_the_text() {
        let ours = line("Write your answer above this line");
        for (text, said, quoted, signature) in [
            ("Just words", "Just words", "", ""),
            (
                "Yes.\n\nOn Mon, 23 Nov 2026, Jo <jo@x.example> wrote:\n> Really?\n> \n",
                "Yes.",
                "On Mon, 23 Nov 2026, Jo <jo@x.example> wrote:\n> Really?\n>",
                "",
            ),
            (
                "Ja.\n\nAm 23.11.2026 um 10:00 schrieb Jo Joiner\n<jo@x.example>:\n\n> Wirklich?",
                "Ja.",
                "Am 23.11.2026 um 10:00 schrieb Jo Joiner\n<jo@x.example>:\n\n> Wirklich?",
                "",
            ),
            ("Yes.\n-- \nJo\nFinance", "Yes.", "", "-- \nJo\nFinance"),
            (
                "Yes.\n\nSent from my iPhone",
                "Yes.",
                "",
                "Sent from my iPhone",
            ),
            ("Yes.\n-- \nJo\n\n> old", "Yes.", "> old", "-- \nJo"),
            (
                "Yes.\n\nFrom: Jo <jo@x.example>\nSent: Monday\nTo: Me\nSubject: x\n\nold words",
                "Yes.",
                "From: Jo <jo@x.example>\nSent: Monday\nTo: Me\nSubject: x\n\nold words",
                "",
            ),
            (
                "Ja.\n\n________________________________\nVon: Jo\nGesendet: Montag\nAn: mich\nBetreff: x\n\nalt",
                "Ja.\n\n________________________________",
                "Von: Jo\nGesendet: Montag\nAn: mich\nBetreff: x\n\nalt",
                "",
            ),
            (
                "Yes.\n-----Original Message-----\nold",
                "Yes.",
                "-----Original Message-----\nold",
                "",
            ),
            // Below the quote.
            (
                "On Mon 1, Jo <j@x> wrote:\n> Really?\n\nYes.",
                "Yes.",
                "On Mon 1, Jo <j@x> wrote:\n> Really?",
                "",
            ),
            // Between the lines: the quote is what makes sense of it.
            (
                "> One?\nYes.\n> Two?\nNo.",
                "> One?\nYes.\n> Two?\nNo.",
                "",
                "",
            ),
            (
                "Hi,\n> One?\nYes.\n> Two?\nNo.",
                "Hi,\n> One?\nYes.\n> Two?\nNo.",
                "",
                "",
            ),
            // Not quotes.
            (
                "On 3 May she wrote:\nthe poem",
                "On 3 May she wrote:\nthe poem",
                "",
                "",
            ),
            ("From: here\nto there", "From: here\nto there", "", ""),
            ("> only a quote", "> only a quote", "", ""),
            ("-- \nonly a signature", "-- \nonly a signature", "", ""),
            (
                "Von meinem Schreibtisch aus sehe ich das Meer.",
                "Von meinem Schreibtisch aus sehe ich das Meer.",
                "",
                "",
            ),
            ("", "", "", ""),
            (
                &format!("Fine.\n\nOn Mon 1, Desk <d@x> wrote:\n> {ours}\n> text"),
                "Fine.",
                &format!("On Mon 1, Desk <d@x> wrote:\n> {ours}\n> text"),
                "",
            ),
            (
                &format!("Fine.\n\n{ours}\ntext"),
                "Fine.",
                &format!("{ours}\ntext"),
                "",
            ),
            (&format!("{ours}\ntext"), &format!("{ours}\ntext"), "", ""),
        ] {
            let parts = split(text);
            assert_eq!(parts.said, said, "said of {text:?}");
            assert_eq!(parts.quoted, quoted, "quote of {text:?}");
            assert_eq!(parts.signature, signature, "signature of {text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_word_is_lost(lines in prop::collection::vec(
            prop::sample::select(vec!["words here", "> quoted", "", "-- ", "On 1 Mon, Jo <j@x> wrote:", "From: a", "Sent: b", "To: c",
                "##- answer above -##", "-----Original Message-----", "Sent from my phone", "--", ">> deep"]), 0..24)) {
            let text = lines.join("\n");
            let parts = split(&text);
            let count = |text: &str| text.split_whitespace().count();
            prop_assert_eq!(count(&parts.said) + count(&parts.quoted) + count(&parts.signature), count(&text));
            prop_assert!(!parts.said.trim().is_empty() || text.trim().is_empty());
        }

        #[test]
        fn any_text_is_taken(text in "\\PC{0,300}") {
            let parts = split(&text);
            prop_assert!(parts.said.len() <= text.len());
        }
    }
}
