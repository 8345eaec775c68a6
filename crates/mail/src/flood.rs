//! When a message is held back because it may be part of a loop or a flood.
//!
//! Fixed throttles lose real mail, so nothing is thrown away here: what goes
//! over a limit waits until a person lets it through. Two machines that answer
//! each other are told apart from people by what they say about themselves
//! (RFC 3834), by our own mark, by the number of servers on the way, and, when
//! they say nothing, by how often they write.

use serde::Serialize;

use crate::kind::Kind;

/// How much is normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Messages of one sender in an hour.
    pub sender_hour: i64,
    /// Messages of one sender to one request in ten minutes.
    pub item_ten_minutes: i64,
    /// New requests of one sender without an account in a day.
    pub stranger_day: i64,
    /// Servers on the way.
    pub hops: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            sender_hour: 60,
            item_ten_minutes: 8,
            stranger_day: 10,
            hops: 30,
        }
    }
}

/// What was counted, without the present message.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counted {
    /// Messages of this sender in the last hour.
    pub sender_hour: i64,
    /// Messages of this sender to the same request in the last ten minutes.
    pub item_ten_minutes: i64,
    /// New requests of this sender in the last day.
    pub began_day: i64,
    /// Whether the sender has an account.
    pub account: bool,
    /// Received headers.
    pub hops: usize,
    /// Whether it carries the mark of this installation: it is our own message.
    pub own: bool,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is taken.
    Go,
    /// It is kept and changes nothing: a machine wrote it.
    SetAside,
    /// A person looks at it.
    Hold(Excess),
}

/// What was too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Excess {
    /// Our own message came back.
    Loop,
    /// It passed more servers than a message does.
    Hops,
    /// The sender writes too often.
    Sender,
    /// The sender writes too often about one request.
    Item,
    /// Too many new requests from an address without an account.
    Stranger,
    /// It came over a mailing list.
    List,
}

/// The rule.
pub fn judge(limits: &Limits, counted: &Counted, kind: &Kind) -> Verdict {
    if counted.own && !matches!(kind, Kind::Bounce(_) | Kind::Complaint(_)) {
        return Verdict::Hold(Excess::Loop);
    }
    if counted.hops > limits.hops {
        return Verdict::Hold(Excess::Hops);
    }
    match kind {
        Kind::Automatic | Kind::Bounce(_) | Kind::Complaint(_) => return Verdict::SetAside,
        Kind::List => return Verdict::Hold(Excess::List),
        Kind::Person => {}
    }
    if counted.item_ten_minutes >= limits.item_ten_minutes {
        Verdict::Hold(Excess::Item)
    } else if counted.sender_hour >= limits.sender_hour {
        Verdict::Hold(Excess::Sender)
    } else if !counted.account && counted.began_day >= limits.stranger_day {
        Verdict::Hold(Excess::Stranger)
    } else {
        Verdict::Go
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Bounce;

    #[test]
    fn machines_are_set_aside_and_floods_are_held() {
        let limits = Limits::default();
        let calm = Counted {
            account: true,
            ..Counted::default()
        };
        let bounce = || Kind::Bounce(Bounce::default());
        for (counted, kind, expect) in [
            (calm, Kind::Person, Verdict::Go),
            (calm, Kind::Automatic, Verdict::SetAside),
            (calm, bounce(), Verdict::SetAside),
            (calm, Kind::List, Verdict::Hold(Excess::List)),
            (
                Counted { own: true, ..calm },
                Kind::Person,
                Verdict::Hold(Excess::Loop),
            ),
            (
                Counted { own: true, ..calm },
                Kind::Automatic,
                Verdict::Hold(Excess::Loop),
            ),
            // A bounce carries our message, and so our mark, inside.
            (Counted { own: true, ..calm }, bounce(), Verdict::SetAside),
            (
                Counted { hops: 31, ..calm },
                Kind::Person,
                Verdict::Hold(Excess::Hops),
            ),
            (Counted { hops: 30, ..calm }, Kind::Person, Verdict::Go),
            (
                Counted {
                    sender_hour: 59,
                    ..calm
                },
                Kind::Person,
                Verdict::Go,
            ),
            (
                Counted {
                    sender_hour: 60,
                    ..calm
                },
                Kind::Person,
                Verdict::Hold(Excess::Sender),
            ),
            (
                Counted {
                    item_ten_minutes: 8,
                    ..calm
                },
                Kind::Person,
                Verdict::Hold(Excess::Item),
            ),
            (
                Counted {
                    began_day: 10,
                    ..calm
                },
                Kind::Person,
                Verdict::Go,
            ),
            (
                Counted {
                    began_day: 10,
                    account: false,
                    ..calm
                },
                Kind::Person,
                Verdict::Hold(Excess::Stranger),
            ),
        ] {
            assert_eq!(
                judge(&limits, &counted, &kind),
                expect,
                "{counted:?} {kind:?}"
            );
        }
    }
}
