//! Counting and cutting Markdown.

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag};

/// Words that a reader reads.
pub fn count(markdown: &str) -> usize {
    Parser::new(markdown)
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.split_whitespace().count()),
            _ => None,
        })
        .sum()
}

/// The byte of the first heading of the top level, of raw HTML or of a picture,
/// which have no place in a guide.
pub fn foreign(markdown: &str) -> Option<(usize, &'static str)> {
    Parser::new(markdown)
        .into_offset_iter()
        .find_map(|(event, range)| {
            let what = match event {
                Event::Start(Tag::Heading {
                    level: HeadingLevel::H1,
                    ..
                }) => "A heading of the top level is the practice's name. Begin sections with ##.",
                Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::HtmlBlock) => {
                    "HTML is not shown. Write Markdown."
                }
                Event::Start(Tag::Image { .. }) => "Pictures are not shown. Say it in words.",
                _ => return None,
            };
            Some((range.start, what))
        })
}
