//! Which request a message belongs to, and who speaks in it.
//!
//! The sender's address alone proves nothing: anybody can write it. So an
//! answer is taken into a request only with a proof that the writer was written
//! to about it, or that they are who they say. Where colleagues of the team
//! would speak with the team's power, more is asked. What proves nothing becomes
//! a request of its own; what claims too much is held for a person to look at.

use serde::Serialize;

use crate::proof::Proof;

/// What was found out about a message. Ids only; the rule asks nobody.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The account with the sender's address.
    pub sender: Option<Sender>,
    /// What a trusted server says about the address.
    pub proof: Option<Proof>,
    /// The signed reply address that the message came to, if it is genuine.
    pub signed: Option<Signed>,
    /// The newest message of ours, or of the same sender, that it refers to.
    pub known: Option<Known>,
    /// The request that the subject names.
    pub named: Option<Named>,
    /// Whether it came to something that looks like a reply address of ours and
    /// is not genuine.
    pub broken_address: bool,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Sender {
    pub id: String,
    /// Whether they work for the team, so that their words are the team's.
    pub agent: bool,
    /// Whether the account is closed.
    pub disabled: bool,
}

/// A genuine reply address.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Signed {
    pub item: String,
    /// Who was written to.
    pub person: String,
    /// Whether they were told something that only agents may read.
    pub internal: bool,
    /// Whether they may still see the request.
    pub takes_part: bool,
}

/// A message that is known here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Known {
    pub item: String,
    /// Who got it from us, or sent it to us.
    pub person: String,
    pub internal: bool,
    /// Whether the sender of the present message may see the request.
    pub takes_part: bool,
}

/// A request named in the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Named {
    pub item: String,
    /// Whether the sender may see it.
    pub takes_part: bool,
}

/// What is done with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It joins a request.
    Answer {
        /// Id of the request.
        item: String,
        /// Id of the person who speaks.
        person: String,
        /// Whether only agents read it.
        internal: bool,
        /// What proved it.
        by: By,
    },
    /// It begins a request of an account.
    Begin {
        /// Id of the person.
        person: String,
    },
    /// It comes from an address that has no account; the mailbox's rule decides.
    Stranger,
    /// Somebody has to look at it.
    Hold(Why),
}

/// What proved that a message belongs to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum By {
    ReplyAddress,
    Reference,
    Subject,
}

/// Why somebody has to look at a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// A trusted server says that the sender's address is forged.
    Forged,
    /// It claims to come from the team and nothing proves it.
    Unproven,
    /// The reply address was made for somebody else.
    OthersAddress,
    /// The reply address is not one that we made.
    BrokenAddress,
    /// The account is closed.
    Disabled,
    /// They take no part in the request any more.
    Left,
}

/// The rule.
pub fn decide(found: &Found) -> Decision {
    let proof = found.proof.unwrap_or(Proof::Unknown);
    if proof == Proof::Failed {
        return Decision::Hold(Why::Forged);
    }
    let Some(sender) = &found.sender else {
        return match (&found.signed, found.broken_address) {
            (Some(_), _) => Decision::Hold(Why::OthersAddress),
            (None, true) => Decision::Hold(Why::BrokenAddress),
            (None, false) => Decision::Stranger,
        };
    };
    if sender.disabled {
        return Decision::Hold(Why::Disabled);
    }
    if let Some(signed) = &found.signed {
        return if signed.person != sender.id {
            Decision::Hold(Why::OthersAddress)
        } else if !signed.takes_part {
            Decision::Hold(Why::Left)
        } else {
            answer(&signed.item, sender, signed.internal, By::ReplyAddress)
        };
    }
    if found.broken_address {
        return Decision::Hold(Why::BrokenAddress);
    }
    let proven = proof == Proof::Passed;
    // Our ids cannot be guessed, so whoever names the one that was sent to them
    // has read it. For the team's own voice that is not enough: ids travel in
    // everything that people forward.
    if let Some(known) = &found.known
        && known.person == sender.id
        && known.takes_part
    {
        return if sender.agent && !proven {
            Decision::Hold(Why::Unproven)
        } else {
            answer(&known.item, sender, known.internal, By::Reference)
        };
    }
    // Numbers can be guessed: only a proven address may use them.
    if let Some(named) = &found.named
        && named.takes_part
    {
        if proven {
            return answer(&named.item, sender, false, By::Subject);
        }
        if sender.agent {
            return Decision::Hold(Why::Unproven);
        }
    }
    Decision::Begin {
        person: sender.id.clone(),
    }
}

fn answer(item: &str, sender: &Sender, internal: bool, by: By) -> Decision {
    Decision::Answer {
        item: item.to_owned(),
        person: sender.id.clone(),
        internal: internal && sender.agent,
        by,
    }
}

/// The number of a request in a subject: `[#2481]`, as our messages write it.
pub fn number_in(subject: &str) -> Option<i64> {
    subject.match_indices("[#").find_map(|(at, mark)| {
        let rest = &subject[at + mark.len()..];
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let whole = (1..=12).contains(&digits) && rest[digits..].starts_with(']');
        whole.then(|| rest[..digits].parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests;
