//! The receiving side of SMTP (RFC 5321) and LMTP (RFC 2033) as a state machine:
//! bytes go in, what to answer and what to do comes out. Whoever drives it owns
//! the socket, the time limits and the decision about each message.

use crate::read::address;

/// Which of the two is spoken. LMTP answers for each recipient after the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// From anywhere.
    Smtp,
    /// From the organisation's own mail server.
    Lmtp,
}

/// What the session may take.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Limits {
    pub message_bytes: usize,
    pub recipients: usize,
    /// Messages in one connection.
    pub messages: usize,
    /// Mistakes until the connection ends.
    pub mistakes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            message_bytes: 50_000_000,
            recipients: 50,
            messages: 200,
            mistakes: 10,
        }
    }
}

/// What the driver has to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Send this and go on reading.
    Say(String),
    /// Keep the message, then tell [`Session::taken`] how it went.
    Take(Envelope),
    /// Send this, then do the TLS handshake and call [`Session::secured`].
    Secure(String),
    /// Send this and close.
    Close(String),
    /// Ask whether this recipient is one of ours and call [`Session::known`].
    Ask(String),
}

/// A message with the addresses it was sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Envelope {
    /// Empty for notices of delivery.
    pub sender: String,
    pub recipients: Vec<String>,
    pub raw: Vec<u8>,
}

/// Longest line of a command.
const MAX_LINE: usize = 2048;

/// One connection.
#[derive(Debug)]
pub struct Session {
    protocol: Protocol,
    limits: Limits,
    host: String,
    can_secure: bool,
    secure: bool,
    greeted: bool,
    sender: Option<String>,
    recipients: Vec<String>,
    asked: Option<String>,
    data: Option<Data>,
    waiting: Vec<u8>,
    taken: usize,
    mistakes: usize,
}

#[derive(Debug, Default)]
struct Data {
    bytes: Vec<u8>,
    too_large: bool,
}

impl Session {
    /// A new connection to `host`. `can_secure` says whether STARTTLS is offered.
    pub fn new(protocol: Protocol, host: &str, limits: Limits, can_secure: bool) -> Session {
        Session {
            protocol,
            limits,
            host: host.to_owned(),
            can_secure,
            secure: false,
            greeted: false,
            sender: None,
            recipients: Vec::new(),
            asked: None,
            data: None,
            waiting: Vec::new(),
            taken: 0,
            mistakes: 0,
        }
    }

    /// What the server says first.
    pub fn greeting(&self) -> String {
        let name = match self.protocol {
            Protocol::Smtp => "ESMTP",
            Protocol::Lmtp => "LMTP",
        };
        format!("220 {} {name} MIL\r\n", self.host)
    }

    /// Add what was read.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
    }

    /// The next thing to do; `None` when more must be read.
    pub fn step(&mut self) -> Option<Next> {
        if self.asked.is_some() {
            return None;
        }
        if self.data.is_some() {
            return self.read_data();
        }
        let end = self.waiting.iter().position(|b| *b == b'\n');
        let Some(end) = end else {
            if self.waiting.len() > MAX_LINE {
                return Some(Next::Close("500 5.5.2 The line is too long\r\n".into()));
            }
            return None;
        };
        let line: Vec<u8> = self.waiting.drain(..=end).collect();
        if line.len() > MAX_LINE {
            return Some(self.wrong("500 5.5.2 The line is too long"));
        }
        let line = String::from_utf8_lossy(&line);
        Some(self.command(line.trim_end_matches(['\r', '\n'])))
    }

    /// The handshake is done; everything before it is forgotten (RFC 3207).
    pub fn secured(&mut self) {
        self.secure = true;
        self.greeted = false;
        self.waiting.clear();
        self.reset();
    }

    /// Whether the recipient that was asked about is one of ours.
    pub fn known(&mut self, yes: bool) -> Next {
        let Some(address) = self.asked.take() else {
            return Next::Say(String::new());
        };
        if yes {
            self.recipients.push(address);
            Next::Say("250 2.1.5 Good\r\n".into())
        } else {
            self.wrong("550 5.1.1 There is no such mailbox here")
        }
    }

    /// How a message went: an answer for each recipient in LMTP, one in SMTP.
    pub fn taken(&mut self, answer: Result<(), &str>) -> String {
        self.taken += 1;
        let line = match answer {
            Ok(()) => "250 2.0.0 Kept\r\n".to_owned(),
            Err(why) => format!("{why}\r\n"),
        };
        let times = match self.protocol {
            Protocol::Smtp => 1,
            Protocol::Lmtp => self.recipients.len().max(1),
        };
        self.reset();
        line.repeat(times)
    }

    fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
        self.data = None;
        self.asked = None;
    }

    fn wrong(&mut self, text: &str) -> Next {
        self.mistakes += 1;
        if self.mistakes >= self.limits.mistakes {
            return Next::Close(format!("421 4.7.0 {} Too many mistakes\r\n", self.host));
        }
        Next::Say(format!("{text}\r\n"))
    }

    fn command(&mut self, line: &str) -> Next {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (verb.to_ascii_uppercase().as_str(), self.protocol) {
            ("HELO", Protocol::Smtp) => {
                self.greeted = true;
                self.reset();
                Next::Say(format!("250 {}\r\n", self.host))
            }
            ("EHLO", Protocol::Smtp) | ("LHLO", Protocol::Lmtp) => self.hello(),
            ("STARTTLS", _) if self.can_secure && !self.secure => {
                Next::Secure("220 2.0.0 Go ahead\r\n".into())
            }
            ("NOOP", _) => Next::Say("250 2.0.0 Good\r\n".into()),
            ("RSET", _) => {
                self.reset();
                Next::Say("250 2.0.0 Forgotten\r\n".into())
            }
            ("VRFY", _) => Next::Say("252 2.1.5 Send it and see\r\n".into()),
            ("QUIT", _) => Next::Close("221 2.0.0 Goodbye\r\n".into()),
            ("MAIL", _) => self.mail(rest),
            ("RCPT", _) => self.recipient(rest),
            ("DATA", _) => self.begin_data(),
            _ => self.wrong("500 5.5.1 That command is not known here"),
        }
    }

    fn hello(&mut self) -> Next {
        self.greeted = true;
        self.reset();
        let secure = if self.can_secure && !self.secure {
            "250-STARTTLS\r\n"
        } else {
            ""
        };
        Next::Say(format!(
            "250-{}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n{secure}250-ENHANCEDSTATUSCODES\r\n250 SIZE {}\r\n",
            self.host, self.limits.message_bytes
        ))
    }

    fn mail(&mut self, rest: &str) -> Next {
        if !self.greeted {
            return self.wrong("503 5.5.1 Say hello first");
        }
        if self.sender.is_some() {
            return self.wrong("503 5.5.1 A message is under way");
        }
        if self.taken >= self.limits.messages {
            return Next::Close("421 4.7.0 Enough for one connection\r\n".into());
        }
        let Some((path, options)) = path(rest, "FROM:") else {
            return self.wrong("501 5.5.4 MAIL FROM:<address>");
        };
        let size = options
            .split(' ')
            .filter_map(|o| o.split_once('='))
            .find(|(key, _)| key.eq_ignore_ascii_case("SIZE"))
            .and_then(|(_, n)| n.parse::<usize>().ok());
        if size.is_some_and(|n| n > self.limits.message_bytes) {
            return self.wrong("552 5.3.4 The message is too large");
        }
        let sender = if path.is_empty() {
            Some(String::new())
        } else {
            address(path)
        };
        match sender {
            Some(sender) => {
                self.sender = Some(sender);
                Next::Say("250 2.1.0 Good\r\n".into())
            }
            None => self.wrong("501 5.1.7 That is no address"),
        }
    }

    fn recipient(&mut self, rest: &str) -> Next {
        if self.sender.is_none() {
            return self.wrong("503 5.5.1 Say who sends it first");
        }
        if self.recipients.len() >= self.limits.recipients {
            return Next::Say("452 4.5.3 Too many recipients\r\n".into());
        }
        match path(rest, "TO:").and_then(|(path, _)| address(path)) {
            Some(address) => {
                self.asked = Some(address.clone());
                Next::Ask(address)
            }
            None => self.wrong("501 5.1.3 That is no address"),
        }
    }

    fn begin_data(&mut self) -> Next {
        if self.recipients.is_empty() {
            return self.wrong("503 5.5.1 Say who gets it first");
        }
        self.data = Some(Data::default());
        Next::Say("354 Go ahead; end with a line that is a dot\r\n".into())
    }

    /// Take whole lines until the dot. A dot in front is the way's (RFC 5321,
    /// 4.5.2). Only CRLF.CRLF ends a message: a bare line feed before the dot
    /// would let one message smuggle in a second.
    fn read_data(&mut self) -> Option<Next> {
        let data = self.data.as_mut()?;
        let mut from = 0;
        let mut ended = false;
        while let Some(length) = self.waiting[from..].windows(2).position(|w| w == b"\r\n") {
            let line = &self.waiting[from..from + length + 2];
            from += length + 2;
            if line == b".\r\n" {
                ended = true;
                break;
            }
            let line = line.strip_prefix(b".").unwrap_or(line);
            if data.bytes.len() + line.len() > self.limits.message_bytes {
                data.too_large = true;
                data.bytes = Vec::new();
            }
            if !data.too_large {
                data.bytes.extend_from_slice(line);
            }
        }
        self.waiting.drain(..from);
        if !ended {
            // A line without an end must not fill the memory.
            if self.waiting.len() > self.limits.message_bytes {
                return Some(Next::Close("552 5.3.4 The message is too large\r\n".into()));
            }
            return None;
        }
        let data = self.data.take()?;
        if data.too_large {
            let answer = self.taken(Err("552 5.3.4 The message is too large"));
            return Some(Next::Say(answer));
        }
        Some(Next::Take(Envelope {
            sender: self.sender.clone().unwrap_or_default(),
            recipients: self.recipients.clone(),
            raw: data.bytes,
        }))
    }
}

/// `FROM:<a@b> SIZE=1` as path and options.
fn path<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let text = text.trim();
    let head = text.get(..word.len())?;
    if !head.eq_ignore_ascii_case(word) {
        return None;
    }
    let rest = text[word.len()..].trim_start();
    let inner = rest.strip_prefix('<')?;
    let (path, options) = inner.split_once('>')?;
    // A route in front of the address is from another age and ignored.
    let path = match path.strip_prefix('@') {
        Some(route) => route.split_once(':').map_or(path, |(_, p)| p),
        None => path,
    };
    Some((path, options.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn small() -> Limits {
        Limits {
            message_bytes: 100,
            recipients: 2,
            messages: 2,
            mistakes: 4,
        }
    }

    /// Run a dialogue; recipients with "ours" in them are known.
    fn talk(protocol: Protocol, text: &str) -> (String, Vec<Envelope>) {
        let mut session = Session::new(protocol, "mil.example", small(), true);
        let (mut said, mut kept) = (session.greeting(), Vec::new());
        session.feed(text.as_bytes());
        while let Some(next) = session.step() {
            match next {
                Next::Say(text) | Next::Secure(text) => said.push_str(&text),
                Next::Close(text) => {
                    said.push_str(&text);
                    break;
                }
                Next::Take(envelope) => {
                    kept.push(envelope);
                    said.push_str(&session.taken(Ok(())));
                }
                Next::Ask(address) => match session.known(address.contains("ours")) {
                    Next::Say(text) | Next::Close(text) => said.push_str(&text),
                    other => panic!("{other:?}"),
                },
            }
        }
        let codes = said
            .lines()
            .filter(|l| l.as_bytes().get(3) == Some(&b' '))
            .map(|l| l[..3].to_owned())
            .collect::<Vec<_>>()
            .join(" ");
        (codes, kept)
    }

    #[test]
    fn a_message_comes_in_whole() {
        let (codes, kept) = talk(
            Protocol::Smtp,
            "EHLO there\r\nMAIL FROM:<Jo@x.example> SIZE=10\r\nRCPT TO:<ours@y.example>\r\nRCPT TO:<other@y.example>\r\n\
             DATA\r\nSubject: x\r\n\r\n..dot\r\n.\nnot the end\r\n.\r\nQUIT\r\n",
        );
        assert_eq!(codes, "220 250 250 250 550 354 250 221");
        assert_eq!(kept[0].sender, "jo@x.example");
        assert_eq!(kept[0].recipients, ["ours@y.example"]);
        assert_eq!(kept[0].raw, b"Subject: x\r\n\r\n.dot\r\n\nnot the end\r\n");
    }

    #[test]
    fn lmtp_answers_for_each_recipient() {
        let (codes, kept) = talk(
            Protocol::Lmtp,
            "LHLO there\r\nMAIL FROM:<>\r\nRCPT TO:<ours1@y>\r\nRCPT TO:<ours2@y>\r\nRCPT TO:<ours3@y>\r\nDATA\r\nx\r\n.\r\nEHLO x\r\n",
        );
        assert_eq!(codes, "220 250 250 250 250 452 354 250 250 500");
        assert_eq!(kept[0].sender, "");
    }

    #[test]
    fn what_is_out_of_order_or_too_much_is_refused() {
        for (text, codes) in [
            ("MAIL FROM:<a@b>\r\n", "220 503"),
            ("EHLO x\r\nRCPT TO:<ours@y>\r\n", "220 250 503"),
            ("EHLO x\r\nMAIL FROM:<a@b>\r\nDATA\r\n", "220 250 250 503"),
            ("EHLO x\r\nMAIL FROM:<a@b> SIZE=101\r\n", "220 250 552"),
            ("EHLO x\r\nMAIL FROM:a@b\r\n", "220 250 501"),
            ("EHLO x\r\nMAIL FROM:<a b@c>\r\n", "220 250 501"),
            ("x\r\ny\r\nz\r\nq\r\nNOOP\r\n", "220 500 500 500 421"),
        ] {
            assert_eq!(talk(Protocol::Smtp, text).0, codes, "{text}");
        }
        let long = format!(
            "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<ours@y>\r\nDATA\r\n{}\r\n.\r\nNOOP\r\n",
            "y\r\n".repeat(40)
        );
        let (codes, kept) = talk(Protocol::Smtp, &long);
        assert_eq!(codes, "220 250 250 250 354 552 250");
        assert!(kept.is_empty());
        let endless = "a".repeat(3000);
        assert_eq!(talk(Protocol::Smtp, &endless).0, "220 500");
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..600), cut in 1_usize..50) {
            let mut session = Session::new(Protocol::Smtp, "h", small(), false);
            'all: for piece in bytes.chunks(cut) {
                session.feed(piece);
                while let Some(next) = session.step() {
                    match next {
                        Next::Take(_) => { session.taken(Ok(())); }
                        Next::Ask(_) => { session.known(true); }
                        Next::Close(_) => break 'all,
                        _ => {}
                    }
                }
            }
        }

        #[test]
        fn a_message_is_the_same_in_any_pieces(body in "[a-z.\r\n]{0,60}", cut in 1_usize..20) {
            let body = body.replace('\r', "").replace('\n', "\r\n");
            let stuffed: String = body.split("\r\n").map(|l| if l.starts_with('.') { format!(".{l}") } else { l.to_owned() }).collect::<Vec<_>>().join("\r\n");
            let text = format!("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n{stuffed}\r\n.\r\n");
            let mut session = Session::new(Protocol::Smtp, "h", Limits::default(), false);
            let mut kept = None;
            for piece in text.as_bytes().chunks(cut) {
                session.feed(piece);
                while let Some(next) = session.step() {
                    match next {
                        Next::Take(envelope) => { kept = Some(envelope.raw); session.taken(Ok(())); }
                        Next::Ask(_) => { session.known(true); }
                        _ => {}
                    }
                }
            }
            let kept = String::from_utf8(kept.unwrap()).unwrap();
            prop_assert_eq!(kept, format!("{}\r\n", body));
        }
    }
}
