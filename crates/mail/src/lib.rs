//! Messages, as pure functions: no network, no files, no clock.
//!
//! | file | what it holds |
//! |---|---|
//! | [`mod@read`] | a raw message as our nouns: who, what, text for people, attachments |
//! | [`html`] | HTML made harmless, remote pictures held back; and as plain text |
//! | [`quote`] | what somebody wrote, apart from what they quote and sign with |
//! | [`kind`] | automatic answers, bounces, complaints, list mail |
//! | [`proof`] | what a trusted server says about the sender (RFC 8601) |
//! | [`token`] | signed reply addresses and message ids |
//! | [`thread`] | which request a message belongs to, and who speaks in it |
//! | [`flood`] | when a message is held back because it may be part of a loop or a flood |
//! | [`render`] | a message of ours as bytes |
//! | [`session`] | the receiving side of SMTP and LMTP as a state machine |

pub mod flood;
pub mod html;
pub mod kind;
pub mod proof;
pub mod quote;
pub mod read;
pub mod render;
pub mod session;
pub mod thread;
pub mod token;

pub use kind::Kind;
pub use read::{Attachment, Mail, Party, read};
