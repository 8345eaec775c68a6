//! Long texts with headings and pictures, as safe HTML: what
//! [`super::markdown()`] does, and beyond it
//! * headings with anchors, below the page's own `h1`, no level left out;
//! * pictures by ids of ours (`/article-images/…`); others become links;
//! * tables in a region of their own that scrolls.

use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CowStr, Event, Parser, Tag, TagEnd, TextMergeStream, html as to_html};

use super::markdown::{OPTIONS, Safe};
use crate::knowledge::images::PATH;
use crate::knowledge::model::slug;

/// A heading: level, anchor, words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Heading {
    pub level: u8,
    pub id: String,
    pub text: String,
}

/// A text as HTML, and its headings.
pub struct Article {
    /// The text.
    pub html: Markup,
    /// In order.
    pub headings: Vec<Heading>,
}

/// The text as HTML. `scrolls` names the region of a table for screen readers.
pub fn article(text: &str, scrolls: &str) -> Article {
    article_with(text, scrolls, &mut |_| None)
}

/// The same, where `explain` may turn a plain piece of the text into safe HTML
/// of its own. It is never asked about links, code and headings.
pub fn article_with(
    text: &str,
    scrolls: &str,
    explain: &mut dyn FnMut(&str) -> Option<String>,
) -> Article {
    let mut safe = Safe::explaining(explain);
    // Headings lead to their place and are listed; nothing opens in them.
    let mut bare = Safe::default();
    let mut headings: Vec<Heading> = Vec::new();
    let mut open: Option<(u8, String, Vec<Event<'_>>)> = None;
    let mut picture: Option<(String, String)> = None;
    let mut out: Vec<Event<'_>> = Vec::new();
    for event in TextMergeStream::new(Parser::new_ext(text, OPTIONS)) {
        // Inside a picture all text is its description.
        if let Some((_, alt)) = &mut picture {
            match event {
                Event::End(TagEnd::Image) => {
                    if let Some((src, alt)) = picture.take() {
                        let img = html! { img src=(src) alt=(alt) loading="lazy"; };
                        let img = Event::InlineHtml(CowStr::from(img.into_string()));
                        match &mut open {
                            Some((.., inner)) => inner.push(img),
                            None => out.push(img),
                        }
                    }
                }
                Event::Text(text) | Event::Code(text) => alt.push_str(&text),
                Event::SoftBreak | Event::HardBreak => alt.push(' '),
                _ => {}
            }
            continue;
        }
        match event {
            Event::Start(Tag::Image { dest_url, .. }) if is_own(&dest_url) => {
                picture = Some((dest_url.to_string(), String::new()));
            }
            Event::Start(Tag::Heading { level, .. }) => {
                open = Some((level as u8, String::new(), Vec::new()));
            }
            Event::End(TagEnd::Heading(_)) => {
                let Some((level, words, inner)) = open.take() else {
                    continue;
                };
                let deepest = headings.last().map_or(2, |h| h.level + 1).min(4);
                let level = (level.max(2)).min(deepest);
                let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
                let id = free(&headings, &words);
                out.push(raw(format!("<h{level} id=\"{id}\">")));
                out.extend(inner);
                out.push(raw(format!("</h{level}>\n")));
                headings.push(Heading {
                    level,
                    id,
                    text: words,
                });
            }
            Event::Start(Tag::Table(kind)) => {
                let region = html! { div class="table-wrap" tabindex="0" role="region" aria-label=(scrolls) {} };
                let begin = region.into_string();
                out.push(raw(begin.trim_end_matches("</div>").to_owned()));
                out.push(Event::Start(Tag::Table(kind)));
            }
            Event::End(TagEnd::Table) => {
                out.push(Event::End(TagEnd::Table));
                out.push(raw("</div>\n".to_owned()));
            }
            Event::SoftBreak => match &mut open {
                Some((.., inner)) => inner.push(Event::SoftBreak),
                None => out.push(Event::SoftBreak),
            },
            other => {
                if let (Some((_, words, _)), Event::Text(text) | Event::Code(text)) =
                    (&mut open, &other)
                {
                    words.push_str(text);
                }
                match &mut open {
                    Some((.., inner)) => inner.extend(bare.event(other)),
                    None => out.extend(safe.event(other)),
                }
            }
        }
    }
    let mut rendered = String::new();
    to_html::push_html(&mut rendered, out.into_iter());
    Article {
        html: PreEscaped(rendered),
        headings,
    }
}

fn raw(html: String) -> Event<'static> {
    Event::InlineHtml(CowStr::from(html))
}

/// Whether a picture is one of ours: the path and an id, nothing else.
fn is_own(to: &str) -> bool {
    to.strip_prefix(PATH).is_some_and(|id| {
        !id.is_empty() && id.len() <= 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
    })
}

/// An anchor that the page does not have yet.
fn free(headings: &[Heading], words: &str) -> String {
    let base = format!("s-{}", slug(words));
    let taken = |id: &str| headings.iter().any(|h| h.id == id);
    if !taken(&base) {
        return base;
    }
    let mut n = 2;
    while taken(&format!("{base}-{n}")) {
        n += 1;
    }
    format!("{base}-{n}")
}

/// The contents of a long text; empty for a short one.
pub fn contents(headings: &[Heading], name: &str) -> Markup {
    html! {
        @if headings.len() >= 3 {
            nav class="toc" aria-label=(name) {
                p class="rail-h" { (name) }
                ol class="plain-list" {
                    @for h in headings.iter().filter(|h| h.level <= 3) {
                        li class=[(h.level > 2).then_some("sub")] { a href={ "#" (h.id) } { (h.text) } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(markdown: &str) -> String {
        article(markdown, "Table")
            .html
            .into_string()
            .replace('\n', "")
    }

    #[test]
    fn headings_have_anchors_and_leave_no_level_out() {
        let made = article("# One\n\n#### Deep `x`\n\n# One\n\n###### <b>", "Table");
        let seen: Vec<(u8, &str)> = made
            .headings
            .iter()
            .map(|h| (h.level, h.id.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                (2, "s-one"),
                (3, "s-deep-x"),
                (2, "s-one-2"),
                (3, "s-answer")
            ]
        );
        let out = made.html.into_string();
        assert!(
            out.contains("<h3 id=\"s-deep-x\">Deep <code>x</code></h3>"),
            "{out}"
        );
        assert!(!out.contains("<b>"), "{out}");
    }

    #[test]
    fn only_pictures_of_ours_are_shown() {
        let id = "01940000-0000-7000-8000-000000000000";
        assert_eq!(
            text(&format!("![A *big* \"cat\"]({PATH}{id})")),
            format!(
                "<p><img src=\"{PATH}{id}\" alt=\"A big &quot;cat&quot;\" loading=\"lazy\"></p>"
            )
        );
        for other in [
            "https://x.example/a.png",
            "/article-images/../files/1",
            "/article-images/1?x=1",
            "/article-images/",
            "//x.example/article-images/1",
            "javascript:alert(1)",
            "data:image/png;base64,AAAA",
        ] {
            let out = text(&format!("![x]({other})"));
            assert!(!out.contains("<img"), "{out}");
        }
    }

    #[test]
    fn nothing_that_runs_comes_out() {
        for bad in [
            "# <script>alert(1)</script>",
            "# [x](javascript:alert(1))",
            "![<script>](/article-images/1)",
            "![\" onerror=\"alert(1)](/article-images/1)",
            "| <b>a</b> |\n|---|\n| <script>1</script> |",
            "<img src=x onerror=alert(1)>",
            "[![a](/article-images/1)](javascript:alert(1))",
        ] {
            let out = text(bad).to_lowercase();
            for no in ["<script", "<b>", "href=\"java", "<img src=x", "\" on"] {
                assert!(!out.contains(no), "{bad} gives {out}");
            }
        }
    }

    #[test]
    fn tables_scroll() {
        let out = text("| a | b |\n|---|---|\n| 1 | 2 |");
        assert!(out.starts_with("<div class=\"table-wrap\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>"), "{out}");
        assert!(out.ends_with("</table></div>"), "{out}");
    }
}
