//! Finding a service by what people call it.
//!
//! The catalogue is small and in memory, so each search looks at all of it.
//! Words are compared without case and accents; the beginning of a word finds
//! it, and so does a word with a slip of the finger (one edit from four letters
//! on, two from eight).

use crate::catalog::Service;

/// What a service can be found by: its words, and how much each kind counts.
const NAME: u32 = 12;
const KEYWORDS: u32 = 8;
const SUMMARY: u32 = 3;

/// Words that say nothing about what is wanted.
const IDLE: [&str; 34] = [
    "a", "an", "and", "das", "den", "der", "die", "ein", "eine", "einen", "for", "fur", "i", "ich",
    "in", "mein", "meine", "mit", "my", "new", "neu", "neue", "of", "on", "or", "our", "the", "to",
    "und", "want", "we", "with", "zu", "need",
];

/// Text without case and accents.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' => out.push('a'),
            'æ' => out.push_str("ae"),
            'ç' | 'ć' | 'č' => out.push('c'),
            'è'..='ë' | 'ē' | 'ę' | 'ě' => out.push('e'),
            'ì'..='ï' | 'ī' => out.push('i'),
            'ñ' | 'ń' | 'ň' => out.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => out.push('o'),
            'œ' => out.push_str("oe"),
            'ß' => out.push_str("ss"),
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'ł' => out.push('l'),
            'š' | 'ś' => out.push('s'),
            'ž' | 'ź' | 'ż' => out.push('z'),
            other => out.push(other),
        }
    }
    out
}

fn words(text: &str) -> Vec<String> {
    fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The words of a query that say something; all of them if none does.
fn wanted(query: &str) -> Vec<String> {
    let short: String = query.chars().take(200).collect();
    let all = words(&short);
    let telling: Vec<String> = all
        .iter()
        .filter(|word| !IDLE.contains(&word.as_str()))
        .cloned()
        .collect();
    if telling.is_empty() { all } else { telling }
}

/// How well a query finds a service; zero if it does not. At least half of its
/// words must be found.
pub fn score(query: &str, service: &Service) -> u32 {
    let wanted = wanted(query);
    if wanted.is_empty() {
        return 0;
    }
    let places = [
        (words(&service.name), NAME),
        (words(&service.keywords), KEYWORDS),
        (words(&service.summary), SUMMARY),
    ];
    let (mut sum, mut found) = (0, 0);
    for word in &wanted {
        let best = places
            .iter()
            .map(|(known, weight)| known.iter().map(|k| alike(word, k)).max().unwrap_or(0) * weight)
            .max()
            .unwrap_or(0);
        sum += best;
        found += usize::from(best > 0);
    }
    if found * 2 >= wanted.len() { sum } else { 0 }
}

/// 10 for the same word, 7 for its beginning, 5 for a part of a long one, 3 for
/// a slip.
fn alike(typed: &str, known: &str) -> u32 {
    let (a, b) = (typed.chars().count(), known.chars().count());
    if typed == known {
        10
    } else if (a >= 2 && known.starts_with(typed)) || (b >= 4 && typed.starts_with(known)) {
        7
    } else if a >= 4 && known.contains(typed) {
        5
    } else {
        let allowed = match a {
            0..=3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        u32::from(allowed > 0 && edits(typed, known) <= allowed) * 3
    }
}

/// Edits between two words; two neighbours swapped count as one (restricted
/// Damerau–Levenshtein distance).
pub fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1)
                .min(row[j - 1] + 1)
                .min(rows[i - 1][j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// The services that a query finds, best first.
pub fn find<'a, S: AsRef<Service>>(
    query: &str,
    services: impl IntoIterator<Item = &'a S>,
) -> Vec<&'a S> {
    let mut hits: Vec<(u32, &S)> = services
        .into_iter()
        .map(|service| (score(query, service.as_ref()), service))
        .filter(|(score, _)| *score > 0)
        .collect();
    // A stable sort: of two that fit as well, the catalogue's order decides.
    hits.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    hits.into_iter().map(|(_, service)| service).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_alike() {
        for (typed, known, points) in [
            ("poster", "poster", 10),
            ("post", "poster", 7),
            ("posters", "poster", 7),
            ("psoter", "poster", 3),
            ("flier", "flyer", 3),
            ("fotograf", "photographer", 0),
            ("photografer", "photographer", 3),
            ("pdf", "psd", 0),
            ("karte", "visitenkarte", 5),
            ("", "poster", 0),
        ] {
            assert_eq!(alike(typed, known), points, "{typed} {known}");
        }
        assert_eq!(
            fold("Änderung GRÖSSE Straße é"),
            "anderung grosse strasse e"
        );
        assert_eq!(edits("abcd", "acbd"), 1);
        assert_eq!(wanted("I need a new poster"), ["poster"]);
        assert_eq!(wanted("the"), ["the"]);
    }
}
