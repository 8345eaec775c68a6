//! Mail: messages become requests and answers, and people are told by message.
//!
//! Reading, threading and writing are pure and live in `mil_mail`; here are the
//! rows, the ways in and out, and the pages.
//!
//! | file | what it holds |
//! |---|---|
//! | [`key`] | the installation's key for reply addresses and message ids |
//! | [`boxes`] | mailboxes: which address becomes a request of which service |
//! | [`intake`] | a message comes in and is kept |
//! | [`found`] | what is known about a message |
//! | [`sort`] | what becomes of it, one at a time |
//! | [`enter`] | it becomes a comment or a request |
//! | [`back`] | messages that came back, complaints |
//! | [`outbox`] | what people are told, as rows |
//! | [`compose`], [`frame`], [`template`] | a message of ours: for whom, in which looks, with which words |
//! | [`bundle`] | many messages to one person as one |
//! | [`deeds`] | what can be done from a message, once |
//! | [`send`], [`test_message`] | sending, again and again for two days; a test |
//! | [`listen`], [`imap`] | ways in: SMTP and LMTP, and reading a mail box |
//! | [`post`], [`sent`] | what came in and what goes out, for those who look after it |
//! | [`pages`], [`words`], [`api`] | the pages, states as words, the same as JSON |

pub mod api;
pub mod back;
pub mod boxes;
pub mod bundle;
pub mod compose;
pub mod deeds;
pub mod enter;
pub mod found;
pub mod frame;
pub mod imap;
pub mod intake;
pub mod key;
pub mod listen;
pub mod outbox;
pub mod pages;
pub mod post;
pub mod send;
pub mod sent;
pub mod sort;
pub mod template;
pub mod test_message;
pub mod words;

use crate::openapi::Op;
use crate::router::{Access, Route, delete, get, post as submit, put};

/// The routes of this slice.
pub fn routes() -> Vec<Route> {
    use Access::{Admins, Agents, Leads, Public};
    let op = |summary| Op::new("Mail", summary);
    vec![
        get(Admins, "/admin/mail", pages::home::page),
        submit(Admins, "/admin/mail/test", pages::home::test),
        get(Admins, "/admin/mail/boxes/new", pages::mailboxes::new),
        submit(Admins, "/admin/mail/boxes/new", pages::mailboxes::create),
        get(
            Admins,
            "/admin/mail/boxes/{mailbox}",
            pages::mailboxes::show,
        ),
        submit(
            Admins,
            "/admin/mail/boxes/{mailbox}",
            pages::mailboxes::save,
        ),
        submit(
            Admins,
            "/admin/mail/boxes/{mailbox}/archive",
            pages::mailboxes::archive,
        ),
        get(Leads, "/admin/mail/in", pages::held::list),
        get(Leads, "/admin/mail/in/{mail}", pages::held::show),
        submit(Leads, "/admin/mail/in/{mail}", pages::held::act),
        get(Admins, "/admin/mail/out", pages::out::list),
        submit(
            Admins,
            "/admin/mail/out/{outgoing}/again",
            pages::out::again,
        ),
        get(
            Admins,
            "/admin/mail/words/{which}/{lang}",
            pages::wording::show,
        ),
        submit(
            Admins,
            "/admin/mail/words/{which}/{lang}",
            pages::wording::save,
        ),
        get(Agents, "/mail/{mail}", pages::original::page),
        get(Agents, "/mail/{mail}/raw", pages::original::raw),
        get(
            Agents,
            "/mail/{mail}/picture/{number}",
            pages::original::picture,
        ),
        get(Public, "/m/{secret}", pages::link::page),
        submit(Public, "/m/{secret}", pages::link::act),
        get(Admins, "/api/v1/mailboxes", api::mailboxes)
            .op(op("The mailboxes").answers::<api::Mailboxes>()),
        submit(Admins, "/api/v1/mailboxes", api::add).op(op("Add a mailbox")
            .body::<boxes::NewMailbox>()
            .answers::<boxes::Mailbox>()
            .status(201)),
        get(Admins, "/api/v1/mailboxes/{mailbox}", api::mailbox)
            .op(op("One mailbox").answers::<boxes::Mailbox>()),
        put(Admins, "/api/v1/mailboxes/{mailbox}", api::change).op(op("Change a mailbox")
            .body::<boxes::NewMailbox>()
            .answers::<boxes::Mailbox>()),
        delete(Admins, "/api/v1/mailboxes/{mailbox}", api::archive)
            .op(op("Take a mailbox out of use").status(204)),
        get(Leads, "/api/v1/mail/in", api::incoming).op(op("Messages that came in, newest first")
            .query::<post::Asked>()
            .answers::<api::IncomingList>()),
        submit(Admins, "/api/v1/mail/in", api::deliver)
            .unlimited_body()
            .op(op("Hand a raw message over, as the body")
                .query::<api::To>()
                .answers::<api::Kept>()
                .status(202)),
        get(Agents, "/api/v1/mail/in/{mail}", api::one)
            .op(op("One message that came in").answers::<post::Incoming>()),
        get(Agents, "/api/v1/mail/in/{mail}/raw", pages::original::raw)
            .op(op("The raw message, as it came")),
        submit(Leads, "/api/v1/mail/in/{mail}/release", api::release).op(op(
            "Handle a message that is held anew",
        )
        .body::<post::Release>()
        .answers::<post::Incoming>()),
        submit(Leads, "/api/v1/mail/in/{mail}/discard", api::discard)
            .op(op("Throw a message away that is held").status(204)),
        get(Admins, "/api/v1/mail/out", api::out).op(op("Messages that go out, newest first")
            .query::<post::Asked>()
            .answers::<api::OutList>()),
        submit(Admins, "/api/v1/mail/out/{outgoing}/again", api::again)
            .op(op("Send a message again that was given up").status(204)),
        get(Admins, "/api/v1/mail/words/{which}/{lang}", api::words)
            .op(op("The words of a message").answers::<template::Template>()),
        put(Admins, "/api/v1/mail/words/{which}/{lang}", api::set_words).op(op(
            "Change the words of a message",
        )
        .body::<template::Template>()
        .answers::<template::Template>()),
    ]
}
