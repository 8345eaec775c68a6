//! The calendar in words.

use mil_planner::Why;
use serde_json::Value;

use crate::calendar::model::{Entry, Kind};
use crate::i18n::{Lang, fmt, t};
use crate::web::Ctx;

/// What an entry is called.
pub fn kind(lang: Lang, kind: Kind) -> &'static str {
    match kind {
        Kind::Change => t!(lang, "Change"),
        Kind::Mailing => t!(lang, "Mailing"),
        Kind::Campaign => t!(lang, "Campaign"),
        Kind::Event => t!(lang, "Event"),
        Kind::Freeze => t!(lang, "Freeze: nothing goes live"),
        Kind::Embargo => t!(lang, "Embargo: nothing is said yet"),
        Kind::Maintenance => t!(lang, "Maintenance: out of use"),
        Kind::Holiday => t!(lang, "Holiday"),
    }
}

/// Its icon.
pub fn icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Change => "layers",
        Kind::Mailing => "mail",
        Kind::Campaign => "flag",
        Kind::Event => "users",
        Kind::Freeze | Kind::Embargo => "lock",
        Kind::Maintenance => "gear",
        Kind::Holiday => "cal",
    }
}

/// Why two entries are in each other's way.
pub fn why(lang: Lang, why: Why) -> &'static str {
    match why {
        Why::Freeze => t!(lang, "Inside a freeze"),
        Why::Embargo => t!(lang, "Under embargo"),
        Why::Maintenance => t!(lang, "Out of use then"),
        Why::SameThing => t!(lang, "Same thing"),
        Why::SameAudience => t!(lang, "Same people"),
        Why::SamePerson => t!(lang, "Same person needed"),
        Why::DuringCampaign => t!(lang, "During a campaign"),
        Why::DuringEvent => t!(lang, "During an event"),
        Why::Holiday => t!(lang, "On a holiday"),
    }
}

/// "Thu 26 Nov, 10:00 – 10:30", "Thu 26 Nov – Mon 30 Nov".
pub fn times(ctx: &Ctx, e: &Entry) -> String {
    let lang = ctx.lang();
    let zone = &ctx.prefs.zone;
    let day = |at| zone.to_datetime(at).date();
    let (first, end) = (e.span.start(), e.span.end());
    let last = end
        .checked_sub(jiff::SignedDuration::from_micros(1))
        .unwrap_or(end);
    let name = |at| fmt::day(lang, day(at), ctx.today());
    if e.days_zone.is_some() {
        if day(first) == day(last) {
            return name(first);
        }
        return format!("{} – {}", name(first), name(last));
    }
    if day(first) == day(last) {
        return format!(
            "{}, {} – {}",
            name(first),
            fmt::time(lang, first, zone),
            fmt::time(lang, end, zone)
        );
    }
    format!(
        "{} – {}",
        fmt::when(lang, first, ctx.now, zone),
        fmt::when(lang, end, ctx.now, zone)
    )
}

/// What happened to the window of a change, as the rest of a sentence.
pub fn tell(lang: Lang, verb: &str, d: &Value, when: &dyn Fn(&str) -> String) -> Option<String> {
    let text = |key: &str| d[key].as_str().unwrap_or_default();
    Some(match verb {
        "calendar.planned" => t!(lang, "planned it for {when}", when = when(text("after"))),
        "calendar.withdrawn" => t!(lang, "took its window out of the change calendar").to_owned(),
        "calendar.excepted" => t!(
            lang,
            "lets it stay beside “{other}”: {reason}",
            other = text("other"),
            reason = text("reason")
        ),
        _ => return None,
    })
}
