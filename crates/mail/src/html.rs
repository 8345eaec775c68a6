//! HTML of strangers, made harmless, and as plain text.
//!
//! A real HTML5 parser reads it as a browser would; what is left is written
//! anew from a short list of what may be there, so nothing else can be. Text is
//! never dropped: an element that may not be there leaves its content behind,
//! save scripts, style sheets and drawings.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ammonia::{Builder, UrlRelative};

/// More markup than this is not parsed as HTML: its text is kept, without it.
/// Deep nesting makes every HTML5 parser slow.
const MAX_TAGS: usize = 20_000;
/// Deepest nesting, counted roughly before parsing.
const MAX_DEPTH: usize = 400;

/// HTML that may be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clean {
    /// The markup: no scripts, styles, forms, frames, and no address that is
    /// loaded without a click.
    pub html: String,
    /// How many pictures from elsewhere were held back.
    pub held_back: usize,
}

/// Clean a message. Pictures that came with it (`cid:` addresses) are placed
/// where `pictures` says for their content id; all others are held back.
pub fn clean(html: &str, pictures: HashMap<String, String>) -> Clean {
    if !is_parsable(html) {
        let text = stripped(html);
        return Clean {
            html: format!("<pre>{}</pre>", ammonia::clean_text(&text)),
            held_back: 0,
        };
    }
    let held_back = Arc::new(AtomicUsize::new(0));
    let count = held_back.clone();
    // Where pictures are placed may be an address of ours; nothing else may.
    let document = builder()
        .url_relative(UrlRelative::PassThrough)
        .attribute_filter(move |element, attribute, value| {
            if element == "a" && attribute == "href" {
                return leads_away(value).then_some(Cow::Borrowed(value));
            }
            if element != "img" || attribute != "src" {
                return Some(Cow::Borrowed(value));
            }
            let value = value.trim();
            let own = value
                .get(..4)
                .filter(|scheme| scheme.eq_ignore_ascii_case("cid:"))
                .and_then(|_| pictures.get(value[4..].trim_matches(['<', '>'])));
            match own {
                Some(place) => Some(Cow::Owned(place.clone())),
                None => {
                    count.fetch_add(1, Ordering::Relaxed);
                    None
                }
            }
        })
        .clean(html)
        .to_string();
    Clean {
        html: with_alt(&document),
        held_back: held_back.load(Ordering::Relaxed),
    }
}

/// Pictures without a text beside them say nothing, rather than their address.
/// What comes in was written by the cleaner: `<` begins a tag and nothing else,
/// and values stand between double quotes.
fn with_alt(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let mut quoted = false;
        let end = tag.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let Some(end) = end else {
            rest = tag;
            break;
        };
        let (tag, after) = tag.split_at(end);
        out.push_str(tag);
        let named = tag
            .split('"')
            .step_by(2)
            .any(|part| part.ends_with(" alt="));
        if (tag == "<img" || tag.starts_with("<img ")) && !named {
            out.push_str(" alt=\"\"");
        }
        rest = after;
    }
    out + rest
}

/// Whether a link names another place in full. One that does not would lead to
/// a page of ours.
fn leads_away(href: &str) -> bool {
    let lower = href.trim().to_ascii_lowercase();
    ["http://", "https://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme))
}

fn builder<'a>() -> Builder<'a> {
    let tags: HashSet<&str> = [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "center",
        "code",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "li",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
    ]
    .into();
    let attributes: HashMap<&str, HashSet<&str>> = [
        ("a", vec!["href"]),
        ("img", vec!["src", "alt", "width", "height"]),
        ("td", vec!["colspan", "rowspan"]),
        ("th", vec!["colspan", "rowspan"]),
        ("ol", vec!["start"]),
    ]
    .into_iter()
    .map(|(tag, list)| (tag, list.into_iter().collect()))
    .collect();
    let mut builder = Builder::empty();
    builder
        .tags(tags)
        .tag_attributes(attributes)
        .generic_attributes(["dir", "lang"].into())
        .clean_content_tags(["script", "style", "title", "head"].into())
        .url_schemes(["http", "https", "mailto", "tel", "cid"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
}

/// Whether parsing will be quick: neither too many tags nor too deep.
fn is_parsable(html: &str) -> bool {
    let (mut tags, mut depth, mut deepest) = (0_usize, 0_usize, 0_usize);
    for (at, _) in html.match_indices('<') {
        tags += 1;
        let rest = &html.as_bytes()[at + 1..];
        match rest.first() {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(c) if c.is_ascii_alphabetic() && !is_void(rest) => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            _ => {}
        }
        if tags > MAX_TAGS || deepest > MAX_DEPTH + tags / 2 {
            return false;
        }
    }
    // Unclosed paragraphs and cells count as deep above; the tree is not.
    deepest <= MAX_TAGS / 2
}

fn is_void(rest: &[u8]) -> bool {
    let name: Vec<u8> = rest
        .iter()
        .take(6)
        .take_while(|b| b.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase)
        .collect();
    matches!(
        name.as_slice(),
        b"br"
            | b"img"
            | b"hr"
            | b"meta"
            | b"link"
            | b"input"
            | b"col"
            | b"p"
            | b"li"
            | b"tr"
            | b"td"
            | b"th"
    )
}

/// Text without anything between angle brackets that looks like a tag.
fn stripped(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let tag = &rest[at..];
        let is_tag = tag[1..]
            .chars()
            .next()
            .is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        match tag.find('>').filter(|_| is_tag) {
            Some(end) => {
                out.push(' ');
                rest = &tag[end + 1..];
            }
            None => {
                out.push('<');
                rest = &tag[1..];
            }
        }
    }
    out.push_str(rest);
    unescape(&out)
}

/// HTML as plain text: paragraphs, lists, quotes as `> `, links with their
/// address. Nothing that a reader would see is left out.
pub fn text(html: &str) -> String {
    if !is_parsable(html) {
        return stripped(html);
    }
    let clean = builder().clean(html).to_string();
    let mut out = Text::default();
    let mut rest = clean.as_str();
    while let Some(at) = rest.find('<') {
        out.words(&unescape(&rest[..at]));
        let Some(end) = rest[at..].find('>') else {
            break;
        };
        out.tag(&rest[at + 1..at + end]);
        rest = &rest[at + end + 1..];
    }
    out.words(&unescape(rest));
    out.finish()
}

/// The text that is being written. The markup read is what ammonia wrote:
/// balanced, quoted and escaped.
#[derive(Default)]
struct Text {
    out: String,
    line: String,
    /// Whether a blank line is due before the next words.
    gap: bool,
    quotes: usize,
    quotes_before: usize,
    pre: usize,
    lists: Vec<Option<u64>>,
    links: Vec<(usize, String)>,
    cells: usize,
}

impl Text {
    fn words(&mut self, text: &str) {
        if self.pre > 0 {
            for (i, part) in text.split('\n').enumerate() {
                if i > 0 {
                    self.end_line(true);
                }
                self.line.push_str(part);
            }
            return;
        }
        for c in text.chars() {
            // A space that must not break is still a space.
            if c.is_whitespace() {
                if !self.line.is_empty() && !self.line.ends_with(' ') {
                    self.line.push(' ');
                }
            } else {
                self.line.push(c);
            }
        }
    }

    fn end_line(&mut self, even_empty: bool) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end();
        if line.is_empty() && !even_empty {
            return;
        }
        let mark = "> ".repeat(self.quotes);
        if self.gap && !self.out.is_empty() {
            let both = "> ".repeat(self.quotes.min(self.quotes_before));
            self.out.push_str(both.trim_end());
            self.out.push('\n');
        }
        self.gap = false;
        self.quotes_before = self.quotes;
        self.out.push_str(if line.is_empty() {
            mark.trim_end()
        } else {
            &mark
        });
        self.out.push_str(line);
        self.out.push('\n');
        for link in &mut self.links {
            link.0 = 0;
        }
    }

    fn paragraph(&mut self) {
        self.end_line(false);
        self.gap = true;
    }

    fn tag(&mut self, tag: &str) {
        let closing = tag.starts_with('/');
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/'])
            .next()
            .unwrap_or_default();
        match name {
            "br" => self.end_line(true),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "table" | "dl" => self.paragraph(),
            "div" | "center" | "dt" | "dd" | "thead" | "tbody" | "tfoot" => self.end_line(false),
            "hr" => {
                self.paragraph();
                self.line.push_str("---");
                self.paragraph();
            }
            "tr" => {
                self.end_line(false);
                self.cells = 0;
            }
            "td" | "th" if !closing => {
                if self.cells > 0 && !self.line.trim().is_empty() {
                    self.line.push_str(" | ");
                }
                self.cells += 1;
            }
            "blockquote" => {
                self.paragraph();
                if closing {
                    self.quotes = self.quotes.saturating_sub(1);
                } else {
                    self.quotes = (self.quotes + 1).min(20);
                }
            }
            "pre" => {
                self.paragraph();
                self.pre = if closing {
                    self.pre.saturating_sub(1)
                } else {
                    self.pre + 1
                };
            }
            "ul" | "ol" => {
                if closing {
                    self.lists.pop();
                }
                if self.lists.is_empty() {
                    self.paragraph();
                } else {
                    self.end_line(false);
                }
                if !closing {
                    let start = attribute(tag, "start").and_then(|s| s.parse().ok());
                    self.lists.push((name == "ol").then(|| start.unwrap_or(1)));
                }
            }
            "li" => {
                self.end_line(false);
                if !closing {
                    self.line
                        .push_str(&"  ".repeat(self.lists.len().clamp(1, 10) - 1));
                    match self.lists.last_mut() {
                        Some(Some(n)) => {
                            self.line.push_str(&format!("{n}. "));
                            *n += 1;
                        }
                        _ => self.line.push_str("- "),
                    }
                }
            }
            "a" if closing => {
                if let Some((start, href)) = self.links.pop() {
                    let shown = self.line.get(start..).unwrap_or_default().trim();
                    let bare = href.trim_start_matches("mailto:").trim_end_matches('/');
                    let same = shown.trim_end_matches('/') == bare
                        || shown.trim_end_matches('/') == href.trim_end_matches('/');
                    if !href.is_empty() && !same {
                        if !self.line.is_empty() && !self.line.ends_with(' ') {
                            self.line.push(' ');
                        }
                        self.line.push_str(&format!("({href})"));
                    }
                }
            }
            "a" => {
                let href = attribute(tag, "href").unwrap_or_default();
                self.links.push((self.line.len(), href));
            }
            "img" => {
                if let Some(alt) = attribute(tag, "alt").filter(|alt| !alt.trim().is_empty()) {
                    self.words(&format!("[{}]", alt.trim()));
                }
            }
            _ => {}
        }
    }

    fn finish(mut self) -> String {
        self.end_line(false);
        self.out.trim_matches('\n').to_owned()
    }
}

/// An attribute of a tag that ammonia wrote: always in double quotes.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let end = start + tag[start..].find('"')?;
    Some(unescape(&tag[start..end]))
}

/// The five entities that ammonia writes.
fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&nbsp;", "\u{a0}")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests;
