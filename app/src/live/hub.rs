//! The channel of this process.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::broadcast;

use crate::actor::Actor;
use crate::live::presence::Presence;
use crate::policy::{self, Do, ItemFacts};

/// How many messages wait for a slow reader; who falls further behind is told
/// to look at everything again.
pub const BUFFER: usize = 256;

/// What goes through the channel.
#[derive(Debug, Clone)]
pub enum Message {
    /// Something about a work item.
    Changed(Arc<Change>),
    /// Time passed: look whether the reader may still listen.
    Beat,
    /// The program stops.
    Over,
}

/// A work item changed, or who looks at it.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Id of the item.
    pub item_id: String,
    /// As of now, without `watched`.
    pub facts: ItemFacts,
    /// Who follows it.
    pub watchers: BTreeSet<String>,
    /// Only those who read internal notes may know.
    pub internal: bool,
    /// Nothing was written; somebody looks at it or has gone.
    pub presence: bool,
}

impl Change {
    /// The names that `actor` is told; none if they may not know of it.
    pub fn topics(&self, actor: &Actor) -> Vec<String> {
        let mut facts = self.facts.clone();
        facts.watched = self.watchers.contains(&actor.id);
        let verb = if self.internal || self.presence {
            Do::SeeInternal
        } else {
            Do::View
        };
        if !policy::on_item(actor, verb, &facts) {
            return Vec::new();
        }
        if self.presence {
            return vec![format!("presence-{}", self.item_id)];
        }
        let mut topics = vec![format!("item-{}", self.item_id)];
        if policy::works(actor) {
            topics.push("queue".to_owned());
        }
        if facts.watched || facts.requester_id == actor.id {
            topics.push("requests".to_owned());
        }
        topics
    }
}

/// The channel, what was read of the log, and who looks at what.
#[derive(Debug)]
pub struct Hub {
    channel: broadcast::Sender<Message>,
    closed: AtomicBool,
    /// Ids of the events of the last seconds; `None` while nobody listens.
    pub(super) seen: Mutex<Option<BTreeSet<String>>>,
    /// Who looks at what, in this process.
    pub presence: Presence,
}

impl Default for Hub {
    fn default() -> Hub {
        Hub {
            channel: broadcast::Sender::new(BUFFER),
            closed: AtomicBool::new(false),
            seen: Mutex::new(None),
            presence: Presence::default(),
        }
    }
}

impl Hub {
    /// Listen from now on; `None` once the program stops.
    pub fn subscribe(&self) -> Option<broadcast::Receiver<Message>> {
        let receiver = self.channel.subscribe();
        (!self.closed.load(Ordering::SeqCst)).then_some(receiver)
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.channel.receiver_count()
    }

    /// Tell everybody. Nobody listening is no error.
    pub fn send(&self, message: Message) {
        let _ = self.channel.send(message);
    }

    /// End all streams, so that the server can stop without waiting for them.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.send(Message::Over);
    }
}
