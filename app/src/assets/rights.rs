//! Whether something may be downloaded, for this use, on this day (pure).

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A list of words with their keys in the database and in the API.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $key:literal, says($label:literal);)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$each])* $variant,)* }

        impl $name {
            /// All of them, in the order in which they are offered.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// The word in the database and in the API.
            pub fn key(self) -> &'static str {
                match self { $($name::$variant => $key),* }
            }

            /// From the word in the database.
            pub fn from_key(key: &str) -> Option<$name> {
                Self::ALL.iter().copied().find(|one| one.key() == key)
            }

            /// The word for people, in their language.
            pub fn label(self, lang: $crate::i18n::Lang) -> &'static str {
                use $crate::i18n::t;
                match self { $($name::$variant => t!(lang, $label)),* }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// On what ground we may use it.
    Licence {
        /// We made it, or own all rights.
        Own = "own", says("Our own");
        /// Bought, with conditions.
        Bought = "bought", says("Bought");
        /// Creative Commons and the like.
        Free = "free", says("Free licence");
        /// Lent by somebody for a purpose.
        Lent = "lent", says("Lent by others");
        /// Nobody has looked yet.
        Unknown = "unknown", says("Not known yet");
    }
}

words! {
    /// What those who are to be seen said.
    Consent {
        /// Nobody to be recognised.
        NotNeeded = "not_needed", says("Not needed");
        /// Written consent is there.
        Given = "given", says("Given in writing");
        /// Nobody has asked.
        Missing = "missing", says("Missing");
        /// They changed their mind.
        Withdrawn = "withdrawn", says("Withdrawn");
    }
}

words! {
    /// What it is taken for.
    Channel {
        /// Anything on paper.
        Print = "print", says("Print");
        /// Our sites and newsletters.
        Web = "web", says("Web");
        /// Social networks.
        Social = "social", says("Social media");
        /// Word, PowerPoint, inside the house.
        Slides = "slides", says("Slides and documents");
        /// Handed to the press.
        Press = "press", says("Press");
    }
}

/// What is known of the rights to an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rights {
    /// On what ground we may use it.
    pub licence: Licence,
    /// Where the licence is written down, its number.
    pub licence_note: String,
    /// Who has to be named.
    pub credit: String,
    /// What those who are to be seen said.
    pub consent: Consent,
    /// Countries or regions; empty: everywhere.
    pub territories: Vec<String>,
    /// Empty: all.
    pub channels: Vec<Channel>,
    /// Not before this day.
    #[schemars(with = "Option<String>")]
    pub embargo_until: Option<Date>,
    /// The last day on which it may be downloaded.
    #[schemars(with = "Option<String>")]
    pub expires_on: Option<Date>,
}

impl Default for Rights {
    fn default() -> Rights {
        Rights {
            licence: Licence::Unknown,
            licence_note: String::new(),
            credit: String::new(),
            consent: Consent::NotNeeded,
            territories: Vec::new(),
            channels: Vec::new(),
            embargo_until: None,
            expires_on: None,
        }
    }
}

words! {
    /// How the rights stand on a day, for lists and filters.
    State {
        /// May be used.
        Free = "free", says("Free to use");
        /// May be used, but not for long or not everywhere.
        Limited = "limited", says("With conditions");
        /// Ends within [`SOON`] days.
        Ending = "ending", says("Ends soon");
        /// Not yet.
        Embargoed = "embargoed", says("Not yet");
        /// Not any more.
        Expired = "expired", says("Expired");
        /// Licence or consent is missing.
        Unclear = "unclear", says("Not cleared");
    }
}

/// From how many days before its end on something ends soon, and its owner is warned.
pub const SOON: i32 = 30;

/// Why something may not be downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum No {
    /// Not before this day.
    Embargo(Date),
    /// Not since this day.
    Expired(Date),
    /// Nobody has said that we may use it.
    Licence,
    /// Those who are to be seen have not agreed, or not any more.
    Consent,
    /// Only for others.
    Channel(Channel),
    /// Only elsewhere.
    Territory(String),
}

/// May it be downloaded for this use, there, on this day? No use or place asks
/// only for what holds for all.
///
/// # Errors
/// Why not; the reason that lasts longest comes first.
pub fn may_use(
    rights: &Rights,
    channel: Option<Channel>,
    territory: Option<&str>,
    day: Date,
) -> Result<(), No> {
    if matches!(rights.consent, Consent::Missing | Consent::Withdrawn) {
        return Err(No::Consent);
    }
    if rights.licence == Licence::Unknown {
        return Err(No::Licence);
    }
    if let Some(last) = rights.expires_on.filter(|last| day > *last) {
        return Err(No::Expired(last));
    }
    if let Some(first) = rights.embargo_until.filter(|first| day < *first) {
        return Err(No::Embargo(first));
    }
    if let Some(channel) = channel
        && !rights.channels.is_empty()
        && !rights.channels.contains(&channel)
    {
        return Err(No::Channel(channel));
    }
    if let Some(place) = territory
        && !rights.territories.is_empty()
        && !rights
            .territories
            .iter()
            .any(|known| known.to_lowercase() == place.to_lowercase())
    {
        return Err(No::Territory(place.to_owned()));
    }
    Ok(())
}

/// How the rights stand on a day.
pub fn state(rights: &Rights, day: Date) -> State {
    match may_use(rights, None, None, day) {
        Err(No::Expired(_)) => State::Expired,
        Err(No::Embargo(_)) => State::Embargoed,
        Err(_) => State::Unclear,
        Ok(())
            if rights
                .expires_on
                .is_some_and(|last| days_left(last, day) <= SOON) =>
        {
            State::Ending
        }
        Ok(()) if !rights.channels.is_empty() || !rights.territories.is_empty() => State::Limited,
        Ok(()) => State::Free,
    }
}

/// How many days it may still be used after `day`.
pub fn days_left(last: Date, day: Date) -> i32 {
    day.until(last).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn own() -> Rights {
        Rights {
            licence: Licence::Own,
            ..Rights::default()
        }
    }

    #[test]
    fn rights_are_read_for_a_use_and_a_day() {
        let (before, day, after) = (date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24));
        let r = |f: &dyn Fn(&mut Rights)| {
            let mut rights = own();
            f(&mut rights);
            rights
        };
        use Channel::{Print, Web};
        for (rights, channel, place, expected) in [
            (own(), Some(Print), Some("US"), Ok(())),
            (Rights::default(), None, None, Err(No::Licence)),
            (
                r(&|r| r.consent = Consent::Missing),
                None,
                None,
                Err(No::Consent),
            ),
            (
                r(&|r| r.consent = Consent::Withdrawn),
                Some(Web),
                None,
                Err(No::Consent),
            ),
            (r(&|r| r.consent = Consent::Given), Some(Web), None, Ok(())),
            (r(&|r| r.expires_on = Some(day)), None, None, Ok(())),
            (
                r(&|r| r.expires_on = Some(before)),
                None,
                None,
                Err(No::Expired(before)),
            ),
            (r(&|r| r.embargo_until = Some(day)), None, None, Ok(())),
            (
                r(&|r| r.embargo_until = Some(after)),
                None,
                None,
                Err(No::Embargo(after)),
            ),
            (r(&|r| r.channels = vec![Web]), Some(Web), None, Ok(())),
            (
                r(&|r| r.channels = vec![Web]),
                Some(Print),
                None,
                Err(No::Channel(Print)),
            ),
            (r(&|r| r.channels = vec![Web]), None, None, Ok(())),
            (
                r(&|r| r.territories = vec!["DE".into()]),
                None,
                Some("de"),
                Ok(()),
            ),
            (
                r(&|r| r.territories = vec!["DE".into()]),
                None,
                Some("FR"),
                Err(No::Territory("FR".into())),
            ),
            (
                r(&|r| r.territories = vec!["DE".into()]),
                None,
                None,
                Ok(()),
            ),
        ] {
            assert_eq!(
                may_use(&rights, channel, place, day),
                expected,
                "{rights:?}"
            );
        }
    }

    #[test]
    fn the_state_says_what_a_list_shows() {
        let day = date(2026, 11, 23);
        let ends = |last| Rights {
            expires_on: Some(last),
            ..own()
        };
        for (rights, expected) in [
            (own(), State::Free),
            (ends(date(2026, 12, 23)), State::Ending),
            (ends(date(2026, 12, 24)), State::Free),
            (ends(date(2026, 11, 22)), State::Expired),
            (
                Rights {
                    embargo_until: Some(date(2026, 12, 1)),
                    ..own()
                },
                State::Embargoed,
            ),
            (
                Rights {
                    channels: vec![Channel::Web],
                    ..own()
                },
                State::Limited,
            ),
            (Rights::default(), State::Unclear),
        ] {
            assert_eq!(state(&rights, day), expected, "{rights:?}");
        }
    }

    proptest! {
        /// The list's word and the rule never say different things.
        #[test]
        fn state_and_rule_agree(embargo in proptest::option::of(0_i32..60), ends in proptest::option::of(0_i32..60),
            today in 0_i32..60, licence in 0_usize..5, consent in 0_usize..4) {
            let first = date(2026, 1, 1);
            let on = |n: i32| first + jiff::Span::new().days(n);
            let rights = Rights {
                licence: Licence::ALL[licence],
                consent: Consent::ALL[consent],
                embargo_until: embargo.map(on),
                expires_on: ends.map(on),
                ..Rights::default()
            };
            let usable = may_use(&rights, None, None, on(today)).is_ok();
            let shown = matches!(state(&rights, on(today)), State::Free | State::Limited | State::Ending);
            prop_assert_eq!(usable, shown);
            prop_assert!(!usable || ends.is_none_or(|e| today <= e) && embargo.is_none_or(|e| today >= e));
        }
    }
}
