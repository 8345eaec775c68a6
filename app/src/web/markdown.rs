//! Text that people typed, as safe HTML.
//!
//! Markdown (CommonMark with tables and strike-through). What could hurt or
//! confuse is taken out here, so a page may print the result as it is:
//! * HTML in the text is shown as text, never read as HTML;
//! * links lead to `http`, `https`, `mailto` or a path of ours, nowhere else;
//! * pictures become links, so that reading never loads anything from elsewhere;
//! * headings become strong paragraphs: the outline of a page is the page's own;
//! * a line break is a line break, as in mail, and web addresses become links.

use maud::{Markup, PreEscaped};
use pulldown_cmark::{
    CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream, html,
};

/// What is read beyond CommonMark.
pub(super) const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

/// The text as HTML; see the module for what is left out.
pub fn markdown(text: &str) -> Markup {
    markdown_with(text, &mut |_| None)
}

/// The same, where `explain` may turn a plain piece of the text into safe HTML
/// of its own. It is never asked about links, code and headings.
pub fn markdown_with(text: &str, explain: &mut dyn FnMut(&str) -> Option<String>) -> Markup {
    let mut safe = Safe::explaining(explain);
    let events: Vec<Event<'_>> = TextMergeStream::new(Parser::new_ext(text, OPTIONS))
        .flat_map(|event| safe.event(event))
        .collect();
    let mut out = String::new();
    html::push_html(&mut out, events.into_iter());
    PreEscaped(out)
}

/// What is open while the events go by.
#[derive(Default)]
pub(super) struct Safe<'e> {
    /// For each open link or picture, whether it is printed.
    links: Vec<bool>,
    code: usize,
    headings: usize,
    /// Explains words of plain text.
    explain: Option<&'e mut dyn FnMut(&str) -> Option<String>>,
}

impl<'e> Safe<'e> {
    /// Plain pieces of text are shown to `explain`.
    pub(super) fn explaining(explain: &'e mut dyn FnMut(&str) -> Option<String>) -> Safe<'e> {
        Safe {
            explain: Some(explain),
            ..Safe::default()
        }
    }

    /// What is printed for an event.
    pub(super) fn event<'a>(&mut self, event: Event<'a>) -> Vec<Event<'a>> {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => vec![Event::Text(text)],
            Event::Start(Tag::HtmlBlock) => vec![Event::Start(Tag::Paragraph)],
            Event::End(TagEnd::HtmlBlock) => vec![Event::End(TagEnd::Paragraph)],
            Event::SoftBreak => vec![Event::HardBreak],
            Event::Start(Tag::Heading { .. }) => {
                self.headings += 1;
                vec![Event::Start(Tag::Paragraph), Event::Start(Tag::Strong)]
            }
            Event::End(TagEnd::Heading(_)) => {
                self.headings = self.headings.saturating_sub(1);
                vec![Event::End(TagEnd::Strong), Event::End(TagEnd::Paragraph)]
            }
            Event::Start(Tag::Link {
                dest_url,
                link_type,
                ..
            }) => self.open(dest_url, link_type == LinkType::Email),
            Event::Start(Tag::Image { dest_url, .. }) => self.open(dest_url, false),
            Event::End(TagEnd::Link | TagEnd::Image) => {
                let printed = self.links.pop().unwrap_or(false);
                printed
                    .then_some(Event::End(TagEnd::Link))
                    .into_iter()
                    .collect()
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                self.code += 1;
                vec![Event::Start(Tag::CodeBlock(kind))]
            }
            Event::End(TagEnd::CodeBlock) => {
                self.code = self.code.saturating_sub(1);
                vec![Event::End(TagEnd::CodeBlock)]
            }
            Event::Text(text) if self.links.is_empty() && self.code == 0 => {
                let parts = addresses(&text);
                if self.headings > 0 {
                    return parts;
                }
                let mut inside = false;
                let explain = |part| match part {
                    Event::Text(plain) if !inside => {
                        match self.explain.as_mut().and_then(|explain| explain(&plain)) {
                            Some(html) => Event::InlineHtml(html.into()),
                            None => Event::Text(plain),
                        }
                    }
                    other => {
                        inside = matches!(other, Event::Start(_))
                            || (inside && !matches!(other, Event::End(_)));
                        other
                    }
                };
                parts.into_iter().map(explain).collect()
            }
            other => vec![other],
        }
    }

    fn open<'a>(&mut self, to: CowStr<'a>, email: bool) -> Vec<Event<'a>> {
        // A link inside a link is no HTML.
        let good = (email || is_safe(&to)) && !self.links.contains(&true);
        self.links.push(good);
        if good {
            vec![link(to, email)]
        } else {
            Vec::new()
        }
    }
}

fn link(to: CowStr<'_>, email: bool) -> Event<'_> {
    Event::Start(Tag::Link {
        link_type: if email {
            LinkType::Email
        } else {
            LinkType::Inline
        },
        dest_url: to,
        title: CowStr::Borrowed(""),
        id: CowStr::Borrowed(""),
    })
}

/// Whether a link may lead there. Browsers drop control characters and spaces
/// inside a scheme, so an address that has any is refused.
fn is_safe(to: &str) -> bool {
    if to.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return false;
    }
    let lower = to.to_ascii_lowercase();
    let ours = lower.starts_with('/') && !lower.starts_with("//") && !lower.contains('\\');
    ours || ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme))
}

/// Text with its bare web addresses as links.
fn addresses<'a>(text: &str) -> Vec<Event<'a>> {
    let mut out = Vec::new();
    let mut plain = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let start = word
            .find("https://")
            .or_else(|| word.find("http://"))
            .filter(|at| !word[..*at].ends_with(char::is_alphanumeric));
        let Some(at) = start else {
            plain.push_str(word);
            continue;
        };
        let (before, address) = word.split_at(at);
        let body = address
            .trim_end()
            .split(['"', '<', '>'])
            .next()
            .unwrap_or_default();
        let mut end = body.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '”', '’']);
        if end.ends_with(')') && !end.contains('(') {
            end = end.trim_end_matches(')');
        }
        if end.len() < "http://x".len() || !is_safe(end) {
            plain.push_str(word);
            continue;
        }
        plain.push_str(before);
        if !plain.is_empty() {
            out.push(Event::Text(std::mem::take(&mut plain).into()));
        }
        out.push(link(end.to_owned().into(), false));
        out.push(Event::Text(end.to_owned().into()));
        out.push(Event::End(TagEnd::Link));
        plain.push_str(&address[end.len()..]);
    }
    if !plain.is_empty() {
        out.push(Event::Text(plain.into()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::markdown;

    fn html(text: &str) -> String {
        markdown(text).into_string().trim().replace('\n', "")
    }

    #[test]
    fn text_becomes_html() {
        for (text, expected) in [
            ("One\ntwo", "<p>One<br />two</p>"),
            ("# Big", "<p><strong>Big</strong></p>"),
            ("**a** ~~b~~", "<p><strong>a</strong> <del>b</del></p>"),
            ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
            (
                "See https://example.org/a_b_c, now",
                "<p>See <a href=\"https://example.org/a_b_c\">https://example.org/a_b_c</a>, now</p>",
            ),
            (
                "(http://a.example)",
                "<p>(<a href=\"http://a.example\">http://a.example</a>)</p>",
            ),
            ("[us](/catalog)", "<p><a href=\"/catalog\">us</a></p>"),
            (
                "<me@example.org>",
                "<p><a href=\"mailto:me@example.org\">me@example.org</a></p>",
            ),
            (
                "`https://x.example`",
                "<p><code>https://x.example</code></p>",
            ),
            (
                "![a cat](https://x.example/c.png)",
                "<p><a href=\"https://x.example/c.png\">a cat</a></p>",
            ),
            ("xhttps://a.example", "<p>xhttps://a.example</p>"),
        ] {
            assert_eq!(html(text), expected, "{text}");
        }
    }

    #[test]
    fn nothing_that_runs_comes_out() {
        for text in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "<div onclick=\"x\">\n\nhello\n\n</div>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](java\u{1}script:alert(1))",
            "[x](data:text/html,<script>1</script>)",
            "[x](vbscript:x)",
            "![x](javascript:alert(1))",
            "[x](//evil.example)",
            "[x](/\\evil.example)",
            "<javascript:alert(1)>",
            "[x][1]\n\n[1]: javascript:alert(1)",
            "https://a.example/\"onmouseover=alert(1)",
            "[![a](https://b.example)](https://c.example)",
            "| <b>a</b> |\n|---|\n| <script>1</script> |",
        ] {
            let out = html(text).to_lowercase();
            for bad in [
                "<script",
                "<img",
                "<div",
                "<b>",
                "href=\"java",
                "href=\"data",
                "href=\"vb",
                "href=\"//",
                "href=\"/\\",
                "<a href=\"https://a.example/%",
            ] {
                assert!(!out.contains(bad), "{text} gives {out}");
            }
            assert_eq!(
                out.matches("<a ").count(),
                out.matches("</a>").count(),
                "{out}"
            );
        }
        assert_eq!(html("a <b>c</b>"), "<p>a &lt;b&gt;c&lt;/b&gt;</p>");
    }

    #[test]
    fn deep_nesting_ends() {
        let text = format!("{}x{}", "[".repeat(5_000), "](/a)".repeat(5_000));
        assert!(html(&text).len() < 1_000_000);
        assert!(html(&"> ".repeat(5_000)).len() < 1_000_000);
    }
}
