//! HTML as Markdown, and links between files. What runs in HTML is left out;
//! HTML that nests too deep is refused before it is read.

use htmd::HtmlToMarkdown;
use percent_encoding::percent_decode_str;
use pulldown_cmark::{Event, Options, Parser, Tag};

/// How deep elements may nest. Pages that people write stay far below.
const DEPTH: usize = 200;

/// Elements that have no end, or whose end is often left out.
const OPEN: [&str; 26] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr", "p", "li", "td", "tr", "th", "dt", "dd", "option", "thead", "tbody", "tfoot", "html",
    "body",
];

/// How deep the elements of `html` nest, from above.
fn depth(html: &str) -> usize {
    let (mut now, mut most) = (0usize, 0usize);
    for part in html.split('<').skip(1) {
        let close = part.starts_with('/');
        let name: String = part
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_lowercase();
        if name.is_empty() || OPEN.contains(&name.as_str()) {
            continue;
        }
        if close {
            now = now.saturating_sub(1);
        } else {
            now += 1;
            most = most.max(now);
        }
    }
    most
}

/// HTML as Markdown, and its title. `None` when it cannot be read.
pub fn from_html(html: &str) -> Option<(Option<String>, String)> {
    if depth(html) > DEPTH {
        return None;
    }
    let title = between(html, "<title", "</title>");
    let skipped = vec![
        "script", "style", "title", "head", "nav", "iframe", "object", "embed", "form", "noscript",
        "template", "svg",
    ];
    let converter = HtmlToMarkdown::builder().skip_tags(skipped).build();
    let body = converter.convert(html).ok()?;
    Some((title, body))
}

fn between(html: &str, open: &str, close: &str) -> Option<String> {
    let lower = html.to_ascii_lowercase();
    let at = lower.find(open)?;
    let from = at + lower[at..].find('>')? + 1;
    let to = from + lower[from..].find(close)?;
    let text = html[from..to]
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// The first heading of the first level, and the text without it.
pub fn heading(markdown: &str) -> (Option<String>, String) {
    let text = markdown.trim_start();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.strip_prefix("# ") {
        Some(title) => (
            Some(title.trim().trim_end_matches('#').trim().to_owned()),
            rest.trim_start().to_owned(),
        ),
        None => (None, text.to_owned()),
    }
}

/// Where a link in `file` leads inside of the folder; `None` when it leads
/// elsewhere or out of it.
pub fn resolve(file: &str, link: &str) -> Option<String> {
    let path = link.split(['#', '?']).next().unwrap_or_default();
    if path.is_empty() || path.contains(':') || path.contains('\\') {
        return None;
    }
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let mut parts: Vec<&str> = if path.starts_with('/') {
        Vec::new()
    } else {
        file.split('/')
            .rev()
            .skip(1)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect()
    };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The text with each link and picture as `to` says; `None` leaves it.
pub fn relink(markdown: &str, mut to: impl FnMut(&str) -> Option<String>) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut found: Vec<(usize, usize, String)> = Vec::new();
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        let (Event::Start(Tag::Link { dest_url, .. }) | Event::Start(Tag::Image { dest_url, .. })) =
            event
        else {
            continue;
        };
        let Some(new) = to(&dest_url) else { continue };
        let inside = &markdown[range.clone()];
        let old = format!("]({dest_url}");
        let angled = format!("](<{dest_url}>");
        if let Some(at) = inside.rfind(&old) {
            found.push((
                range.start + at,
                range.start + at + old.len(),
                format!("]({new}"),
            ));
        } else if let Some(at) = inside.rfind(&angled) {
            found.push((
                range.start + at,
                range.start + at + angled.len(),
                format!("]({new}"),
            ));
        }
    }
    found.sort();
    let (mut out, mut done) = (String::with_capacity(markdown.len()), 0);
    for (from, to, new) in found {
        if from < done {
            continue;
        }
        out.push_str(&markdown[done..from]);
        out.push_str(&new);
        done = to;
    }
    out.push_str(&markdown[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_markdown_without_what_runs() {
        let html = "<html><head><title>A &amp; b</title><script>alert(1)</script></head><body><h1>Hi</h1>\
            <p>Some <b>bold</b> <a href=\"b.html\">link</a></p><script>x()</script><img src=\"i.png\" alt=\"I\" onerror=\"x()\"></body></html>";
        let (title, body) = from_html(html).unwrap();
        assert_eq!(title.as_deref(), Some("A & b"));
        assert_eq!(body, "# Hi\n\nSome **bold** [link](b.html)\n\n![I](i.png)");
        assert_eq!(heading(&body).0.as_deref(), Some("Hi"));
        assert!(from_html(&"<div>".repeat(100_000)).is_none());
        assert!(from_html(&"<p>a".repeat(1_000)).is_some());
    }

    #[test]
    fn links_stay_inside_the_folder() {
        for (file, link, expected) in [
            ("a/b.md", "c.md", Some("a/c.md")),
            ("a/b.md", "../c.md#x", Some("c.md")),
            ("b.md", "../../etc/passwd", None),
            ("b.md", "https://x.example/", None),
            ("a/b.md", "/c%20d.md", Some("c d.md")),
            ("b.md", "#top", None),
        ] {
            assert_eq!(resolve(file, link).as_deref(), expected, "{link}");
        }
        let text = "[a](b.md) ![i](<c d.png>) `[a](b.md)` [x](https://e.example)";
        let made = relink(text, |to| {
            (!to.starts_with("http")).then(|| format!("/n/{}", to.len()))
        });
        assert_eq!(
            made,
            "[a](/n/4) ![i](/n/7) `[a](b.md)` [x](https://e.example)"
        );
    }
}
