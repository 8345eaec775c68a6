//! A raw message as our nouns.
//!
//! The raw bytes are kept by whoever calls; nothing here changes them. What
//! cannot be understood is left as it is rather than refused: a message is
//! refused only when there is nothing in it.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{
    Address, Encoding, HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders,
    PartType,
};

use crate::kind::{self, Kind};
use crate::{html, quote};

/// Name and address of somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// The name as they write it; empty when there is none.
    pub name: String,
    /// The address in lower case.
    pub address: String,
}

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, made up when it has none.
    pub name: String,
    /// What it says it is.
    pub media_type: String,
    /// How the HTML part speaks of it.
    pub content_id: Option<String>,
    /// Whether it belongs into the text.
    pub inline: bool,
    /// Its bytes, as they were before they were packed for the way.
    pub bytes: Vec<u8>,
}

/// A message.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Mail {
    pub from: Option<Party>,
    pub reply_to: Vec<Party>,
    pub to: Vec<Party>,
    pub cc: Vec<Party>,
    /// Addresses that servers on the way say it was delivered to.
    pub delivered_to: Vec<String>,
    pub subject: String,
    /// Seconds since 1970, as the sender's clock had it.
    pub date: Option<i64>,
    /// Without angle brackets.
    pub message_id: Option<String>,
    /// Messages that it refers to, the nearest first.
    pub references: Vec<String>,
    /// All of its text.
    pub text: String,
    /// The text in its parts.
    pub parts: quote::Parts,
    /// The HTML part as it came.
    pub html: Option<String>,
    pub attachments: Vec<Attachment>,
    pub kind: Kind,
    /// Servers on the way.
    pub hops: usize,
    /// Marks of installations that wrote it.
    pub marks: Vec<String>,
    /// Authentication-Results, topmost first.
    pub results: Vec<String>,
}

/// Why a message could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// There is nothing in it.
    Empty,
    /// The parser stumbled over it.
    Broken,
}

/// The header with which we mark our own messages.
pub const MARK_HEADER: &str = "X-MIL-Installation";
/// The most parts that are looked at.
const MAX_PARTS: usize = 500;
/// Longest subject, in characters.
const MAX_SUBJECT: usize = 500;
/// The most references that are kept.
const MAX_REFERENCES: usize = 50;
/// Longest text, in bytes; what is longer stays in the raw message.
const MAX_TEXT: usize = 400_000;

/// Read a message.
///
/// # Errors
/// [`Unreadable`] when there is nothing in it, or the parser stumbles: it is
/// well kept, and still damaged messages were found that make it panic, which
/// must not end more than the reading of that message.
pub fn read(raw: &[u8]) -> Result<Mail, Unreadable> {
    std::panic::catch_unwind(|| read_whole(raw)).unwrap_or(Err(Unreadable::Broken))
}

fn read_whole(raw: &[u8]) -> Result<Mail, Unreadable> {
    let message = MessageParser::default()
        .parse(raw)
        .ok_or(Unreadable::Empty)?;
    if message.parts.is_empty() || message.headers().is_empty() {
        return Err(Unreadable::Empty);
    }
    let body = Body::of(&message);
    let text = clip(body.text());
    let references = references(&message);
    let all = |name: &str| -> Vec<String> {
        message
            .headers_raw()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| one_line(value))
            .collect()
    };
    Ok(Mail {
        from: parties(message.from())
            .into_iter()
            .next()
            .or_else(|| parties(message.sender()).into_iter().next()),
        reply_to: parties(message.reply_to()),
        to: parties(message.to()),
        cc: parties(message.cc()),
        delivered_to: ["Delivered-To", "X-Original-To", "Envelope-To"]
            .iter()
            .flat_map(|name| all(name))
            .filter_map(|text| address(&text))
            .collect(),
        subject: message
            .subject()
            .map(one_line)
            .unwrap_or_default()
            .chars()
            .take(MAX_SUBJECT)
            .collect(),
        date: message.date().map(mail_parser::DateTime::to_timestamp),
        message_id: message.message_id().map(id).filter(|id| !id.is_empty()),
        references,
        parts: quote::split(&text),
        text,
        html: body.html(),
        attachments: attachments(&message, &body),
        kind: kind::of(&message),
        hops: all("Received").len(),
        marks: all(MARK_HEADER),
        results: all("Authentication-Results"),
    })
}

/// A header's value without line breaks and other control characters.
fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || c.is_whitespace() {
            if !out.ends_with(' ') && !out.is_empty() {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
    out.trim_end().to_owned()
}

fn clip(mut text: String) -> String {
    if text.len() > MAX_TEXT {
        text.truncate(text.floor_char_boundary(MAX_TEXT));
    }
    text.replace("\r\n", "\n").replace(['\r', '\0'], "\n")
}

fn parties(list: Option<&Address<'_>>) -> Vec<Party> {
    list.into_iter()
        .flat_map(|list| list.iter())
        .filter_map(|one| {
            Some(Party {
                name: one.name().map(one_line).unwrap_or_default(),
                address: address(one.address()?)?,
            })
        })
        .take(200)
        .collect()
}

/// A text as an address, if it is one that mail can be sent to.
pub fn address(text: &str) -> Option<String> {
    let bare = text.trim().trim_matches(['<', '>']).trim();
    let (local, domain) = bare.rsplit_once('@')?;
    let good = !local.is_empty()
        && !domain.is_empty()
        && bare.len() <= 254
        && bare.chars().all(|c| {
            !c.is_whitespace()
                && !c.is_control()
                && !matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')')
        });
    good.then(|| bare.to_lowercase())
}

fn id(text: &str) -> String {
    one_line(text)
        .trim_matches(['<', '>', ' '])
        .chars()
        .take(500)
        .collect()
}

/// In-Reply-To first, then References from the end: the nearest first.
fn references(message: &Message<'_>) -> Vec<String> {
    let list = |value: &HeaderValue<'_>| -> Vec<String> {
        match value {
            HeaderValue::Text(text) => vec![id(text)],
            HeaderValue::TextList(texts) => texts.iter().map(|t| id(t)).collect(),
            _ => Vec::new(),
        }
    };
    let mut out: Vec<String> = Vec::new();
    let nearest = list(message.in_reply_to());
    let further = list(message.references());
    for id in nearest.into_iter().chain(further.into_iter().rev()) {
        if !id.is_empty() && !out.contains(&id) && out.len() < MAX_REFERENCES {
            out.push(id);
        }
    }
    out
}

/// Which parts are text to read.
struct Body<'m> {
    plain: Vec<(u32, String)>,
    marked: Vec<(u32, &'m str)>,
}

impl<'m> Body<'m> {
    fn of(message: &'m Message<'_>) -> Body<'m> {
        let mut body = Body {
            plain: Vec::new(),
            marked: Vec::new(),
        };
        let listed = message.text_body.iter().chain(&message.html_body);
        for at in listed {
            let Some(part) = message.parts.get(*at as usize) else {
                continue;
            };
            match &part.body {
                PartType::Text(text) if !body.plain.iter().any(|(known, _)| known == at) => {
                    body.plain.push((*at, flowed(part, text)));
                }
                PartType::Html(text) if !body.marked.iter().any(|(known, _)| known == at) => {
                    body.marked.push((*at, text.as_ref()));
                }
                _ => {}
            }
        }
        body.plain.sort_by_key(|(at, _)| *at);
        body.marked.sort_by_key(|(at, _)| *at);
        body
    }

    fn holds(&self, at: u32) -> bool {
        self.plain.iter().any(|(known, _)| *known == at)
            || self.marked.iter().any(|(known, _)| *known == at)
    }

    fn html(&self) -> Option<String> {
        let text: Vec<&str> = self.marked.iter().map(|(_, text)| *text).collect();
        let text = text.join("\n");
        (!text.trim().is_empty()).then_some(text)
    }

    /// The plain part, unless it only says that there is another.
    fn text(&self) -> String {
        let plain: Vec<&str> = self.plain.iter().map(|(_, text)| text.trim_end()).collect();
        let plain = plain.join("\n\n");
        let Some(marked) = self.html() else {
            return plain;
        };
        let words = plain.split_whitespace().count();
        if words >= 30 {
            return plain;
        }
        let full = html::text(&marked);
        if words == 0 || full.split_whitespace().count() > words * 3 {
            full
        } else {
            plain
        }
    }
}

/// Undo format=flowed (RFC 3676): a space at the end of a line means that the
/// paragraph goes on.
fn flowed(part: &MessagePart<'_>, text: &str) -> String {
    let content = part.content_type();
    let is = |name: &str, value: &str| {
        content
            .and_then(|c| c.attribute(name))
            .is_some_and(|v| v.eq_ignore_ascii_case(value))
    };
    if !is("format", "flowed") {
        return text.to_owned();
    }
    let drop_space = is("delsp", "yes");
    let depth = |line: &str| line.bytes().take_while(|b| *b == b'>').count();
    let mut out = String::with_capacity(text.len());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let level = depth(line);
        let content = &line[level..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        let at_start = out.is_empty() || out.ends_with('\n');
        if at_start && level > 0 {
            out.push_str(&">".repeat(level));
            out.push(' ');
        }
        let soft = content.ends_with(' ') && content != "-- ";
        let goes_on = soft
            && lines
                .peek()
                .is_some_and(|next| depth(next) == level && !next[level..].trim_start().is_empty());
        if goes_on {
            out.push_str(if drop_space {
                &content[..content.len() - 1]
            } else {
                content
            });
        } else {
            out.push_str(content);
            out.push('\n');
        }
    }
    out
}

fn attachments(message: &Message<'_>, body: &Body<'_>) -> Vec<Attachment> {
    let mut out = Vec::new();
    for (at, part) in message.parts.iter().enumerate().take(MAX_PARTS) {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        if matches!(part.body, PartType::Multipart(_))
            || (body.holds(at) && part.attachment_name().is_none())
        {
            continue;
        }
        // The root of a message that is all text is its text.
        if at == 0 && part.is_text() && part.attachment_name().is_none() {
            continue;
        }
        let bytes = bytes_of(message, part);
        let media_type = part.content_type().map_or_else(
            || "application/octet-stream".to_owned(),
            |c| match c.subtype() {
                Some(sub) => format!("{}/{sub}", c.ctype()).to_lowercase(),
                None => c.ctype().to_lowercase(),
            },
        );
        let is_report = media_type.starts_with("message/delivery-status");
        if bytes.is_empty() && (part.attachment_name().is_none() || is_report) {
            continue;
        }
        out.push(Attachment {
            name: name_of(part, &media_type, out.len() + 1),
            content_id: part.content_id().map(id).filter(|id| !id.is_empty()),
            inline: part
                .content_disposition()
                .is_some_and(mail_parser::ContentType::is_inline)
                || part.content_id().is_some(),
            media_type,
            bytes,
        });
    }
    out
}

fn name_of(part: &MessagePart<'_>, media_type: &str, number: usize) -> String {
    let given = part.attachment_name().map(one_line).unwrap_or_default();
    if !given.is_empty() {
        return given;
    }
    if let PartType::Message(inner) = &part.body {
        let subject = inner.subject().map(one_line).unwrap_or_default();
        let subject: String = subject.chars().take(80).collect();
        return if subject.is_empty() {
            format!("message-{number}.eml")
        } else {
            format!("{subject}.eml")
        };
    }
    let ending = match media_type {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "text/plain" => "txt",
        "text/html" => "html",
        "text/calendar" => "ics",
        "application/pdf" => "pdf",
        "message/rfc822" => "eml",
        _ => "bin",
    };
    format!("attachment-{number}.{ending}")
}

/// The bytes of a part before they were packed. Text is taken from the raw
/// message: the parser turns it into Unicode, and a file must stay as it was.
fn bytes_of(message: &Message<'_>, part: &MessagePart<'_>) -> Vec<u8> {
    let raw = || {
        message
            .raw_message()
            .get(part.raw_body_offset() as usize..part.raw_end_offset() as usize)
            .unwrap_or_default()
    };
    match &part.body {
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes.to_vec(),
        PartType::Message(inner) => inner.raw_message().to_vec(),
        PartType::Text(text) | PartType::Html(text) => match part.encoding {
            Encoding::None => raw().to_vec(),
            Encoding::Base64 => base64_decode(raw()).unwrap_or_else(|| text.as_bytes().to_vec()),
            Encoding::QuotedPrintable => {
                quoted_printable_decode(raw()).unwrap_or_else(|| text.as_bytes().to_vec())
            }
        },
        PartType::Multipart(_) => Vec::new(),
    }
}

/// Whether a message has a header of this name, for tests of what we send.
pub fn has_header(raw: &[u8], name: &str) -> bool {
    MessageParser::default().parse(raw).is_some_and(|message| {
        message
            .headers()
            .iter()
            .any(|h| HeaderName::as_str(&h.name).eq_ignore_ascii_case(name))
    })
}

#[cfg(test)]
mod tests;
