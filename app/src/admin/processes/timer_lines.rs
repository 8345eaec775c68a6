//! Timers as lines of text: "10d without an answer | close | No answer came."
//! English words are understood in every language. Pure.

use mil_process::process::{Counts, Deed, Timer, Whom};

use super::lines::lines;
use crate::catalog::draft::{free, word_of};
use crate::error::Msg;
use crate::i18n::{Lang, t};
use crate::practices::pack::time;
use crate::work::timer_words::deed;

fn deeds(reason: &str) -> [Deed; 7] {
    let reason = || reason.to_owned();
    [
        Deed::Remind { whom: Whom::Owner },
        Deed::Remind {
            whom: Whom::TeamLeads,
        },
        Deed::Remind {
            whom: Whom::Requester,
        },
        Deed::RaisePriority,
        Deed::MoveOn,
        Deed::Close { reason: reason() },
        Deed::Decline { reason: reason() },
    ]
}

fn waiting(lang: Lang) -> &'static str {
    t!(lang, "without an answer")
}

fn line(lang: Lang, timer: &Timer) -> String {
    let mut line = time::text(timer.after_minutes);
    if timer.counts == Counts::Waiting {
        line.push(' ');
        line.push_str(waiting(lang));
    }
    line.push_str(" | ");
    line.push_str(deed(lang, &timer.does));
    if let Some(reason) = timer.does.reason() {
        line.push_str(" | ");
        line.push_str(&reason.replace(['\r', '\n'], " "));
    }
    line
}

/// Timers as text.
pub fn print(lang: Lang, timers: &[Timer]) -> String {
    let lines: Vec<String> = timers.iter().map(|timer| line(lang, timer)).collect();
    lines.join("\n")
}

/// Timers from text; those of `before` keep their keys.
pub fn read(lang: Lang, text: &str, before: &[Timer]) -> Result<Vec<Timer>, Msg> {
    let mut timers: Vec<Timer> = Vec::new();
    for (at, text) in lines(text)? {
        let unused = |b: &&Timer| timers.iter().all(|t| t.key != b.key);
        let same = before.iter().filter(unused).find(|b| line(lang, b) == text);
        if let Some(same) = same {
            timers.push(same.clone());
            continue;
        }
        let wrong = || {
            Msg::new("Line {line} is no timer. Write it like “3d | remind the owner”.")
                .with("line", at)
        };
        let mut parts = text.splitn(3, '|').map(str::trim);
        let (when, what) = parts.next().zip(parts.next()).ok_or_else(wrong)?;
        let reason = parts.next().unwrap_or_default();
        let (after, counts) = match when.split_once(' ') {
            None => (when, Counts::Working),
            Some((after, rest)) if is(lang, waiting, rest) => (after, Counts::Waiting),
            Some(_) => return Err(wrong()),
        };
        let after_minutes = time::minutes(after).ok_or_else(wrong)?;
        let does = deeds(reason)
            .into_iter()
            .find(|does| is(lang, |lang| deed(lang, does), what))
            .ok_or_else(wrong)?;
        if !reason.is_empty() && does.reason().is_none() {
            return Err(Msg::new("Line {line}: only an ending has a reason.").with("line", at));
        }
        // What does the same under the same count is the same timer.
        let kin =
            |b: &&Timer| b.counts == counts && deed(Lang::En, &b.does) == deed(Lang::En, &does);
        let kept = before.iter().filter(unused).find(kin);
        let taken =
            |key: &str| timers.iter().any(|t| t.key == key) || before.iter().any(|b| b.key == key);
        let key = kept.map_or_else(
            || free(&word_of(deed(Lang::En, &does), "timer", 30), taken),
            |b| b.key.clone(),
        );
        timers.push(Timer {
            key,
            counts,
            after_minutes,
            does,
        });
    }
    Ok(timers)
}

/// Whether somebody wrote these words, in their language or in English.
fn is(lang: Lang, word: impl Fn(Lang) -> &'static str, typed: &str) -> bool {
    let typed = typed.trim().to_lowercase();
    typed == word(lang).to_lowercase() || typed == word(Lang::En).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_are_read_as_they_are_printed() {
        let text = "2d | remind the owner\n4d | raise the priority\n3d without an answer | remind the requester\n10d without an answer | close | No answer | came.";
        let timers = read(Lang::En, text, &[]).unwrap();
        assert_eq!(print(Lang::En, &timers), text);
        let keys: Vec<&str> = timers.iter().map(|t| t.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "remind-the-owner",
                "raise-the-priority",
                "remind-the-requester",
                "close"
            ]
        );
        // In German and back, and a changed time keeps the key.
        let german = print(Lang::De, &timers);
        assert_ne!(german, text);
        assert_eq!(read(Lang::De, &german, &timers).unwrap(), timers);
        assert_eq!(read(Lang::De, text, &[]).unwrap(), timers);
        let later = read(Lang::En, "5d | remind the owner", &timers).unwrap();
        assert_eq!(
            (later[0].key.as_str(), later[0].after_minutes),
            ("remind-the-owner", 2400)
        );
        for wrong in [
            "2d",
            "soon | move on",
            "2d | dance",
            "2d sometimes | move on",
            "2d | move on | why",
        ] {
            assert!(read(Lang::En, wrong, &[]).is_err(), "{wrong}");
        }
    }
}
