//! Arithmetic in working time.
//!
//! Time from 1900 to 2200 is cut into pieces of 52 weeks. A piece lists its
//! working spans as instants with running totals; it is worked out when first
//! needed and kept. A question costs a binary search in one or two pieces plus
//! one addition for each piece between them, however far apart the instants are.

use std::sync::{Arc, OnceLock};

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan};

use super::compile::Rules;
use super::{CalendarDef, CalendarError};
use crate::Work;

/// First year that calendars know and the first year they know no more.
pub(super) const HORIZON_YEARS: (i16, i16) = (1900, 2200);

/// 1900-01-01T00:00Z and 2200-01-01T00:00Z in microseconds.
const HORIZON: (i64, i64) = (-2_208_988_800_000_000, 7_258_118_400_000_000);
const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1440 * MINUTE;
const PIECE: i64 = 364 * DAY;
const PIECES: usize = ((HORIZON.1 - HORIZON.0) / PIECE) as usize + 1;

/// A checked calendar that answers questions about working time.
///
/// Cloning is cheap and shares what has been worked out already.
#[derive(Clone, Debug)]
pub struct Calendar(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    rules: Rules,
    day: Work,
    pieces: Vec<OnceLock<Piece>>,
}

#[derive(Debug)]
struct Piece {
    spans: Box<[Open]>,
    total: i64,
}

/// One working span; `before` is the working time in the piece ahead of it.
#[derive(Debug)]
struct Open {
    start: i64,
    end: i64,
    before: i64,
}

impl Calendar {
    /// The end of what calendars know. [`Calendar::add`] and
    /// [`Calendar::next_working`] return it when the answer lies beyond.
    pub const HORIZON: Timestamp = Timestamp::constant(HORIZON.1 / 1_000_000, 0);

    pub(super) fn new(rules: Rules, day: Work) -> Calendar {
        let pieces = (0..PIECES).map(|_| OnceLock::new()).collect();
        Calendar(Arc::new(Inner { rules, day, pieces }))
    }

    /// Open without a break, every day.
    ///
    /// # Errors
    /// Refuses an unknown zone.
    pub fn always(zone: &str) -> Result<Calendar, CalendarError> {
        CalendarDef::always(zone).compile()
    }

    /// Whether the instant lies in working time. The closing minute itself is
    /// outside: with hours to 17:00, 17:00 is closed.
    pub fn is_working(&self, at: Timestamp) -> bool {
        let at = micros(at);
        in_horizon(at) && self.piece(piece_of(at)).span_at(at).is_ok()
    }

    /// The first working instant at or after `at`, so `at` itself when open.
    ///
    /// Without working time before the year 2200: [`Calendar::HORIZON`].
    pub fn next_working(&self, at: Timestamp) -> Timestamp {
        let from = clamped(at);
        let first = piece_of(from);
        for index in first..PIECES {
            let piece = self.piece(index);
            match piece.span_at(from) {
                Ok(_) => {
                    return if in_horizon(micros(at)) {
                        at
                    } else {
                        instant(from)
                    };
                }
                Err(next) => {
                    if let Some(span) = piece.spans.get(next) {
                        return instant(span.start);
                    }
                }
            }
        }
        Calendar::HORIZON
    }

    /// The first instant at which `work` of working time has passed since `from`.
    ///
    /// Zero or less gives `from` itself. Work that ends with the day ends at
    /// closing time, not at the next opening. Beyond the year 2200 the answer
    /// is [`Calendar::HORIZON`], so a promise of absurd length is due at the end
    /// of time rather than an error on every page that shows it.
    pub fn add(&self, from: Timestamp, work: Work) -> Timestamp {
        if !work.is_positive() {
            return from;
        }
        let start = clamped(from);
        let first = piece_of(start);
        let mut need = work
            .micros()
            .saturating_add(self.piece(first).before(start));
        for index in first..PIECES {
            let piece = self.piece(index);
            if need <= piece.total {
                return instant(piece.nth(need));
            }
            need -= piece.total;
        }
        Calendar::HORIZON
    }

    /// Working time in `[from, to)`; zero when `to` is not after `from`.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Work {
        let (from, to) = (clamped(from), clamped(to));
        if to <= from {
            return Work::ZERO;
        }
        let (first, last) = (piece_of(from), piece_of(to));
        let passed: i64 = (first..last).map(|index| self.piece(index).total).sum();
        let work = passed + self.piece(last).before(to) - self.piece(first).before(from);
        Work::from_micros(work)
    }

    /// The usual length of a working day, for texts such as "1 d 3 h left": the
    /// length that most open weekdays have, of two equally common ones the longer.
    pub fn working_day(&self) -> Work {
        self.0.day
    }

    /// Whether any time of this civil date is working time.
    pub fn opens_on(&self, date: Date) -> bool {
        !self.0.rules.open_on(date).is_empty()
    }

    /// The IANA name of the calendar's zone.
    pub fn zone(&self) -> &str {
        self.0.rules.zone.iana_name().unwrap_or("UTC")
    }

    /// Working spans from the start of the civil date `from` to the start of
    /// `to`, in order and apart from each other. Work through midnight is one span.
    pub fn spans(&self, from: Date, to: Date) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let (from, to) = (self.start_of(from), self.start_of(to));
        let mut out: Vec<(i64, i64)> = Vec::new();
        if from < to {
            for index in piece_of(from)..=piece_of(to) {
                for span in &self.piece(index).spans {
                    push(&mut out, span.start.max(from), span.end.min(to));
                }
            }
        }
        out.into_iter()
            .map(|(start, end)| (instant(start), instant(end)))
    }

    fn start_of(&self, date: Date) -> i64 {
        let midnight = DateTime::from_parts(date, Time::midnight());
        self.0
            .rules
            .zone
            .to_timestamp(midnight)
            .map_or(HORIZON.0, clamped)
    }

    fn piece(&self, index: usize) -> &Piece {
        self.0.pieces[index].get_or_init(|| Piece::new(&self.0.rules, index))
    }
}

impl Piece {
    fn new(rules: &Rules, index: usize) -> Piece {
        let start = HORIZON.0 + index as i64 * PIECE;
        let end = (start + PIECE).min(HORIZON.1);
        let mut spans = Vec::new();
        // Between two changes of the offset, civil and real time run alike, so
        // hours that a change cuts out or repeats come out right by themselves.
        let mut at = start;
        let mut offset = rules.zone.to_offset(instant(start));
        for change in rules.zone.following(instant(start)) {
            let until = micros(change.timestamp()).min(end);
            fill(
                &mut spans,
                rules,
                at,
                until,
                i64::from(offset.seconds()) * 1_000_000,
            );
            (at, offset) = (until, change.offset());
            if at >= end {
                break;
            }
        }
        fill(
            &mut spans,
            rules,
            at,
            end,
            i64::from(offset.seconds()) * 1_000_000,
        );

        let mut total = 0;
        let spans = spans
            .into_iter()
            .map(|(start, end)| {
                let before = total;
                total += end - start;
                Open { start, end, before }
            })
            .collect();
        Piece { spans, total }
    }

    /// The span around `at`, or else the index of the next one.
    fn span_at(&self, at: i64) -> Result<usize, usize> {
        let next = self.spans.partition_point(|span| span.end <= at);
        match self.spans.get(next) {
            Some(span) if span.start <= at => Ok(next),
            _ => Err(next),
        }
    }

    /// Working time of this piece before `at`.
    fn before(&self, at: i64) -> i64 {
        match self.span_at(at) {
            Ok(index) => self.spans[index].before + at - self.spans[index].start,
            Err(next) => self.spans.get(next).map_or(self.total, |span| span.before),
        }
    }

    /// The first instant before which `need` of working time lies; 0 < need <= total.
    fn nth(&self, need: i64) -> i64 {
        let span = &self.spans[self.spans.partition_point(|span| span.before < need) - 1];
        span.start + need - span.before
    }
}

/// Adds the working spans of `[start, end)`, in which the offset does not change.
fn fill(spans: &mut Vec<(i64, i64)>, rules: &Rules, start: i64, end: i64, offset: i64) {
    if start >= end {
        return;
    }
    let mut day = (start + offset).div_euclid(DAY);
    let last = (end + offset - 1).div_euclid(DAY);
    let mut date = Date::constant(1970, 1, 1).saturating_add(day.days());
    while day <= last {
        for &(from, to) in rules.open_on(date).iter() {
            let midnight = day * DAY - offset;
            let from = midnight + i64::from(from) * MINUTE;
            let to = midnight + i64::from(to) * MINUTE;
            push(spans, from.max(start), to.min(end));
        }
        day += 1;
        date = date.tomorrow().unwrap_or(date);
    }
}

/// Appends a span, joining it to the last when they touch; drops an empty one.
fn push(spans: &mut Vec<(i64, i64)>, start: i64, end: i64) {
    if start >= end {
        return;
    }
    match spans.last_mut() {
        Some(last) if last.1 >= start => last.1 = last.1.max(end),
        _ => spans.push((start, end)),
    }
}

fn micros(at: Timestamp) -> i64 {
    at.as_nanosecond().div_euclid(1000) as i64
}

fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Calendar::HORIZON)
}

fn clamped(at: Timestamp) -> i64 {
    micros(at).clamp(HORIZON.0, HORIZON.1)
}

fn in_horizon(at: i64) -> bool {
    (HORIZON.0..HORIZON.1).contains(&at)
}

fn piece_of(at: i64) -> usize {
    ((at - HORIZON.0) / PIECE) as usize
}
