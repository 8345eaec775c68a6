//! A message of ours as bytes.
//!
//! Everything that people typed goes through [`plain`] before it comes into a
//! header, so a header cannot be broken out of. The same message is always the
//! same bytes: boundaries come from its id.

use std::borrow::Cow;

use hmac::digest::Digest;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::{Address, EmailAddress};
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};
use sha2::Sha256;

use crate::read::{MARK_HEADER, Party};

/// What a message says about who wrote it (RFC 3834).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// Somebody wrote what is in it.
    Person,
    /// A program, because something happened.
    Program,
    /// A program, in answer to a message.
    Answer,
}

/// A picture that is shown in the HTML part as `cid:` with its id.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Picture {
    pub content_id: String,
    pub media_type: String,
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A message to send.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Outgoing<'a> {
    pub from: Party,
    pub to: Party,
    pub reply_to: Option<String>,
    pub subject: &'a str,
    pub text: &'a str,
    pub html: &'a str,
    pub pictures: Vec<Picture>,
    /// Seconds since 1970.
    pub date: i64,
    /// Without angle brackets, like the two below.
    pub message_id: &'a str,
    pub in_reply_to: Option<&'a str>,
    pub references: Vec<&'a str>,
    pub author: Author,
    /// Where whoever does not want such messages stops them with one click
    /// (RFC 8058).
    pub unsubscribe: Option<&'a str>,
    /// The installation that writes.
    pub mark: &'a str,
}

/// A text on one line, without characters that mean something in a header.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let hidden = c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if hidden || c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
    out.trim_end().to_owned()
}

/// What may stand in an address, an id or a web address in a header.
fn token(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>' | ',' | '"' | '\\'))
        .collect()
}

/// An address. Letters beyond ASCII stay: servers say whether they take them.
fn mailbox<'x>(party: &Party) -> Address<'x> {
    let address: String = party
        .address
        .chars()
        .filter(|c| {
            !c.is_control()
                && !c.is_whitespace()
                && !matches!(c, '<' | '>' | ',' | '"' | '\\' | ';' | ':')
        })
        .collect();
    let name = plain(&party.name).replace(['"', '\\', '<', '>'], "");
    Address::Address(EmailAddress {
        name: (!name.trim().is_empty()).then(|| Cow::from(name.trim().to_owned())),
        email: address.into(),
    })
}

/// The message.
pub fn render(out: &Outgoing<'_>) -> Vec<u8> {
    let mut builder = MessageBuilder::new()
        .from(mailbox(&out.from))
        .to(mailbox(&out.to))
        .subject(Text::new(plain(out.subject)))
        .date(Date::new(out.date))
        .message_id(MessageId::new(token(out.message_id)));
    if let Some(address) = &out.reply_to {
        builder = builder.reply_to(mailbox(&Party {
            name: out.from.name.clone(),
            address: address.clone(),
        }));
    }
    if let Some(id) = out.in_reply_to {
        builder = builder.in_reply_to(MessageId::new(token(id)));
    }
    let references: Vec<String> = out
        .references
        .iter()
        .map(|id| token(id))
        .filter(|id| !id.is_empty())
        .collect();
    if !references.is_empty() {
        builder = builder.references(MessageId::from(references));
    }
    let auto = match out.author {
        Author::Person => None,
        Author::Program => Some("auto-generated"),
        Author::Answer => Some("auto-replied"),
    };
    if let Some(auto) = auto {
        builder = builder.header("Auto-Submitted", Raw::new(auto));
    }
    // Outlook and Exchange answer with absences unless told not to.
    builder = builder
        .header("X-Auto-Response-Suppress", Raw::new("OOF, AutoReply"))
        .header(MARK_HEADER, Raw::new(token(out.mark)));
    if let Some(url) = out.unsubscribe {
        builder = builder
            .header("List-Unsubscribe", Raw::new(format!("<{}>", token(url))))
            .header(
                "List-Unsubscribe-Post",
                Raw::new("List-Unsubscribe=One-Click"),
            );
    }
    let mut body = multipart(
        "multipart/alternative",
        &boundary(out.message_id, "alternative"),
        vec![
            MimePart::new("text/plain", out.text.to_owned()),
            MimePart::new("text/html", out.html.to_owned()),
        ],
    );
    if !out.pictures.is_empty() {
        let pictures = out.pictures.iter().map(|picture| {
            MimePart::new(
                ContentType::new(token(&picture.media_type))
                    .attribute("name", plain(&picture.name)),
                picture.bytes.clone(),
            )
            .inline()
            .cid(token(&picture.content_id))
        });
        let parts = std::iter::once(body).chain(pictures).collect();
        body = multipart(
            "multipart/related",
            &boundary(out.message_id, "related"),
            parts,
        );
    }
    builder
        .body(body)
        .write_to_vec()
        .expect("writing to memory does not fail")
}

fn multipart<'x>(kind: &'x str, boundary: &str, parts: Vec<MimePart<'x>>) -> MimePart<'x> {
    MimePart::new(
        ContentType::new(kind).attribute("boundary", boundary.to_owned()),
        BodyPart::Multipart(parts),
    )
}

fn boundary(id: &str, which: &str) -> String {
    let hash = Sha256::digest(format!("{which} {id}"));
    let hex: String = hash.iter().take(12).map(|b| format!("{b:02x}")).collect();
    format!("mil-{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read;
    use proptest::prelude::*;

    fn sample() -> Outgoing<'static> {
        Outgoing {
            from: Party {
                name: "Marketing, Uni".into(),
                address: "marketing@uni.example".into(),
            },
            to: Party {
                name: "Jürgen \"Jo\" Groß".into(),
                address: "jo@uni.example".into(),
            },
            reply_to: Some("reply+7.abc@uni.example".into()),
            subject: "[#7] Poster für das Sommerfest ist fertig und liegt zur Abholung bereit 🎉",
            text: "Hello\n.\nFrom the desk\n",
            html: "<p>Hello</p>",
            pictures: vec![Picture {
                content_id: "logo".into(),
                media_type: "image/png".into(),
                name: "logo.png".into(),
                bytes: vec![1, 2, 3],
            }],
            date: 1_800_000_000,
            message_id: "abc@uni.example",
            in_reply_to: Some("m1@uni.example"),
            references: vec!["m0@uni.example", "m1@uni.example"],
            author: Author::Program,
            unsubscribe: None,
            mark: "installation-1",
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let bytes = render(&sample());
        assert_eq!(bytes, render(&sample()));
        let mail = read(&bytes).unwrap();
        assert_eq!(mail.from.unwrap().name, "Marketing, Uni");
        assert_eq!(mail.to[0].name, "Jürgen Jo Groß");
        assert_eq!(mail.reply_to[0].address, "reply+7.abc@uni.example");
        assert_eq!(mail.subject, sample().subject);
        assert_eq!(mail.message_id.as_deref(), Some("abc@uni.example"));
        assert_eq!(mail.references, ["m1@uni.example", "m0@uni.example"]);
        assert_eq!(mail.date, Some(1_800_000_000));
        assert_eq!(mail.text.trim_end(), "Hello\n.\nFrom the desk");
        assert_eq!(mail.html.unwrap().trim(), "<p>Hello</p>");
        assert_eq!(mail.attachments[0].bytes, [1, 2, 3]);
        assert_eq!(mail.marks, ["installation-1"]);
        assert_eq!(mail.kind, crate::Kind::Automatic);
        // Servers refuse longer lines (RFC 5321).
        assert!(bytes.split(|b| *b == b'\n').all(|line| line.len() <= 998));
    }

    #[test]
    fn announcements_can_be_stopped_and_letters_are_no_machines() {
        let mut out = sample();
        out.author = Author::Person;
        let raw = render(&out);
        assert_eq!(read(&raw).unwrap().kind, crate::Kind::Person);
        assert!(!crate::read::has_header(&raw, "List-Unsubscribe"));
        out.unsubscribe = Some("https://mil.example/stop/abc");
        let raw = String::from_utf8(render(&out)).unwrap();
        assert!(raw.contains("List-Unsubscribe: <https://mil.example/stop/abc>"));
        assert!(raw.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    }

    proptest! {
        #[test]
        fn no_text_breaks_out_of_its_header(
            evil in "(\\PC|[\r\n\t\0:<>,\"\\\\;@]){0,60}",
            more in prop::sample::select(vec!["\r\nBcc: all@x", "\n\n<script>", "\r\n\r\nbody", "\u{2028}Bcc: x", "\rX: y", "=?utf-8?Q?=0d=0aBcc:_a@x?="]),
        ) {
            let evil = format!("{evil}{more}");
            let names = |raw: &[u8]| -> Vec<String> {
                let end = raw.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
                String::from_utf8_lossy(&raw[..end]).split("\r\n")
                    .filter(|line| !line.starts_with([' ', '\t']))
                    .map(|line| line.split(':').next().unwrap().to_owned()).collect()
            };
            let usual = names(&render(&sample()));
            let mut out = sample();
            out.subject = &evil;
            out.from.name = evil.clone();
            out.to = Party { name: evil.clone(), address: evil.clone() };
            out.reply_to = Some(evil.clone());
            out.message_id = &evil;
            out.in_reply_to = Some(&evil);
            out.references = vec![&evil];
            out.mark = &evil;
            let raw = render(&out);
            let found = names(&raw);
            // A value may be empty when nothing of it is left, a header never comes.
            prop_assert!(found.iter().all(|name| usual.contains(name)), "{found:?}");
            prop_assert!(!raw.windows(2).any(|w| w[0] == b'\r' && w[1] != b'\n'));
            let mail = read(&raw).unwrap();
            prop_assert!(mail.to.len() <= 1 && mail.cc.is_empty());
        }
    }
}
