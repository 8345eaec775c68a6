//! The promise of a work item: two clocks on one calendar.
//!
//! The clocks keep only what happened (started, paused, resumed, stopped).
//! Everything shown is replayed from that record, so a change of priority,
//! calendar or service never hides time that was used (ITIL: service level
//! management measures what the customer experienced).

use jiff::Timestamp;
use mil_sla::promise::{Clock, Reading, next_escalation};
use mil_sla::{Calendar, Work};
use serde::{Deserialize, Serialize};

use crate::catalog::model::{ClockKind, PromiseDef, Target};
use crate::work::model::{NEVER, WAITS};

/// The clocks of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// The policy it runs on.
    pub promise_id: String,
    /// Until the first answer.
    pub response: Clock,
    /// Until the delivery.
    pub delivery: Clock,
    /// Shares that have been escalated, per clock.
    #[serde(default)]
    pub fired_response: Vec<u32>,
    /// See `fired_response`.
    #[serde(default)]
    pub fired_delivery: Vec<u32>,
}

impl Promise {
    /// Both clocks start when the order is placed.
    pub fn start(promise_id: &str, at: Timestamp, target: Target) -> Promise {
        Promise {
            promise_id: promise_id.to_owned(),
            response: Clock::start(at, target.response()),
            delivery: Clock::start(at, target.delivery()),
            fired_response: Vec::new(),
            fired_delivery: Vec::new(),
        }
    }

    /// The clock of a kind.
    pub fn clock(&self, kind: ClockKind) -> &Clock {
        match kind {
            ClockKind::Response => &self.response,
            ClockKind::Delivery => &self.delivery,
        }
    }

    /// The shares already escalated on a clock.
    pub fn fired(&self, kind: ClockKind) -> &[u32] {
        match kind {
            ClockKind::Response => &self.fired_response,
            ClockKind::Delivery => &self.fired_delivery,
        }
    }

    /// Note that a share was escalated.
    pub fn mark_fired(&mut self, kind: ClockKind, share: u32) {
        let list = match kind {
            ClockKind::Response => &mut self.fired_response,
            ClockKind::Delivery => &mut self.fired_delivery,
        };
        if !list.contains(&share) {
            list.push(share);
        }
    }

    /// It is the requester's turn: time does not run against us.
    pub fn pause(&mut self, at: Timestamp, why: &str) {
        self.response.pause(at, why);
        self.delivery.pause(at, why);
    }

    /// It is our turn again.
    pub fn resume(&mut self, at: Timestamp) {
        self.response.resume(at);
        self.delivery.resume(at);
    }

    /// Somebody answered for the first time.
    pub fn answered(&mut self, at: Timestamp) {
        if self.response.stopped.is_none() {
            self.response.stop(at);
        }
    }

    /// Delivered, declined or taken back.
    pub fn stop(&mut self, at: Timestamp) {
        self.answered(at);
        self.delivery.stop(at);
    }

    /// Opened again; the time in between does not count.
    pub fn reopen(&mut self, at: Timestamp) {
        self.delivery.reopen(at);
    }

    /// Another priority, service or policy: other targets from the same start.
    /// A clock that has stopped keeps the target it was measured by.
    pub fn retarget(&mut self, promise_id: &str, target: Target) {
        self.promise_id = promise_id.to_owned();
        if self.response.stopped.is_none() {
            self.response.target = target.response();
        }
        if self.delivery.stopped.is_none() {
            self.delivery.target = target.delivery();
        }
    }

    /// Working time from `from` to `to` that was not spent waiting for the
    /// requester.
    pub fn worked(&self, calendar: &Calendar, from: Timestamp, to: Timestamp) -> Work {
        let stretch = Clock {
            started: from,
            stopped: None,
            ..self.delivery.clone()
        };
        stretch.read(calendar, to).used
    }

    /// How a clock stands now.
    pub fn read(&self, kind: ClockKind, calendar: &Calendar, now: Timestamp) -> Reading {
        self.clock(kind).read(calendar, now)
    }

    /// When a clock runs out, for sorting: [`WAITS`] while it is paused (unless
    /// it is late already), [`NEVER`] once it has stopped.
    pub fn due(&self, kind: ClockKind, calendar: &Calendar, now: Timestamp) -> i64 {
        let clock = self.clock(kind);
        if clock.stopped.is_some() {
            return NEVER;
        }
        let due = clock.read(calendar, now).due;
        due.map_or(WAITS, |at| at.as_microsecond().min(WAITS - 1))
    }

    /// When the clocks next want to be looked at, to escalate.
    pub fn wake_at(
        &self,
        def: &PromiseDef,
        calendar: &Calendar,
        now: Timestamp,
    ) -> Option<Timestamp> {
        [ClockKind::Response, ClockKind::Delivery]
            .into_iter()
            .filter_map(|kind| {
                next_escalation(
                    self.clock(kind),
                    calendar,
                    &def.shares(kind),
                    self.fired(kind),
                    now,
                )
            })
            .map(|(_, at)| at)
            .min()
    }
}
