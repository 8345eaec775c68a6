//! File names. They come from other people's machines and go to other people's
//! screens, headers and disks, so they are made harmless once, on the way in.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Longest name, in characters. Most systems allow 255 bytes.
const MAX: usize = 120;

/// Characters that stay as they are in a header or an address (RFC 5987, 3.2.1).
const KEEP: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A name that can be shown, stored and saved: the last part of a path, without
/// control characters and without marks that turn the reading direction (they
/// make `exe` look like `txt`), at most 120 characters with the ending kept.
pub fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| is_shown(*c)).collect();
    let words: Vec<&str> = shown.split_whitespace().collect();
    let mut name = words.join(" ");
    // Hidden files, `..`, and endings that Windows drops.
    name = name.trim_matches([' ', '.']).to_owned();
    if name.chars().count() > MAX {
        name = shorten(&name);
    }
    if name.is_empty() {
        "file".to_owned()
    } else {
        name
    }
}

fn is_shown(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let unseen = matches!(
        c,
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{fffd}'
    );
    !(c.is_control() || turns || unseen)
}

fn shorten(name: &str) -> String {
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.chars().count() <= 12 => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let room = MAX - ending.chars().count();
    let stem: String = stem.chars().take(room).collect();
    format!("{}{ending}", stem.trim_end_matches([' ', '.']))
}

/// The ending in lower case, without the dot.
pub fn ending(name: &str) -> String {
    name.rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase())
        .unwrap_or_default()
}

/// Where a file is opened.
pub fn href(id: &str, name: &str) -> String {
    format!("/files/{id}/{}", utf8_percent_encode(name, KEEP))
}

/// The value of `Content-Disposition` (RFC 6266): a plain name for old clients,
/// the real one beside it.
pub fn disposition(inline: bool, name: &str) -> String {
    let how = if inline { "inline" } else { "attachment" };
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' => '_',
            c if c.is_ascii_graphic() || c == ' ' => c,
            _ => '_',
        })
        .collect();
    let real = utf8_percent_encode(name, KEEP);
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{real}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_harmless() {
        for (given, kept) in [
            ("logo.pdf", "logo.pdf"),
            (
                "Plakat Tag der offenen Tür.pdf",
                "Plakat Tag der offenen Tür.pdf",
            ),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\a.png", "a.png"),
            ("..", "file"),
            (".", "file"),
            ("", "file"),
            ("a/", "file"),
            (".htaccess", "htaccess"),
            ("a\0b.pdf", "ab.pdf"),
            ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("  a \t b .txt ", "a b .txt"),
            ("<img src=x>.png", "<img src=x>.png"),
            ("a\".pdf", "a\".pdf"),
            ("report.pdf.", "report.pdf"),
        ] {
            assert_eq!(clean(given), kept, "{given:?}");
        }
        let long = clean(&format!("{}.jpeg", "ä".repeat(300)));
        assert_eq!(long.chars().count(), 120);
        assert!(long.ends_with("ä.jpeg"));
        assert_eq!(clean(&"x".repeat(300)).len(), 120);
        assert_eq!(
            clean(&format!("a.{}", "x".repeat(300))).chars().count(),
            120
        );
    }

    #[test]
    fn headers_cannot_be_broken() {
        let value = disposition(false, "a\"; x=\\\"é\u{1f600}%41.pdf");
        assert_eq!(
            value,
            "attachment; filename=\"a_; x=_____41.pdf\"; filename*=UTF-8''a%22%3B%20x%3D%5C%22%C3%A9%F0%9F%98%80%2541.pdf"
        );
        assert!(value.is_ascii());
        assert_eq!(href("1", "a b/#?.pdf"), "/files/1/a%20b%2F%23%3F.pdf");
        assert_eq!(ending("A.PDF"), "pdf");
    }
}
