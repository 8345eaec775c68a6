//! Why a request waits. A pure rule, tested by a table.

use jiff::Timestamp;

/// What is known of a request.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Known {
    pub ended: bool,
    pub merged: bool,
    /// It waits for the requester since then; whether for a yes to a draft.
    pub asked: Option<(bool, Timestamp)>,
    /// The open step of an approval: name, who has not answered, since when.
    pub votes: Option<(String, Vec<String>, Timestamp)>,
    /// Tasks that are not done, in their order.
    pub tasks: Vec<Task>,
    /// The window in the calendar in which it may go on.
    pub window: Option<(Timestamp, Timestamp)>,
    /// Who works on it.
    pub owner: Option<String>,
    pub team: String,
    pub since: Option<Timestamp>,
    pub now: Timestamp,
}

/// A task that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Task {
    pub name: String,
    pub required: bool,
    /// The person or team that does it, if not who works on the request.
    pub who: Option<String>,
    /// The request that does it: its number, and the service.
    pub sub: Option<(i64, String)>,
}

/// Why it waits, or who works on it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Cause {
    Ended,
    Merged,
    Answer {
        since: Timestamp,
    },
    Draft {
        since: Timestamp,
    },
    Votes {
        step: String,
        names: Vec<String>,
        since: Timestamp,
    },
    Sub {
        number: i64,
        service: String,
        task: String,
        since: Option<Timestamp>,
    },
    Window {
        from: Timestamp,
        to: Timestamp,
    },
    Task {
        task: String,
        who: String,
        since: Option<Timestamp>,
    },
    Nobody {
        team: String,
        since: Option<Timestamp>,
    },
    Work {
        who: String,
        since: Option<Timestamp>,
    },
}

/// The one cause to name: what must happen first. What somebody else has to do
/// comes before what we can do.
pub fn cause(known: &Known) -> Cause {
    if known.merged {
        return Cause::Merged;
    }
    if known.ended {
        return Cause::Ended;
    }
    match known.asked {
        Some((true, since)) => return Cause::Draft { since },
        Some((false, since)) => return Cause::Answer { since },
        None => {}
    }
    if let Some((step, names, since)) = known.votes.clone() {
        return Cause::Votes { step, names, since };
    }
    let since = known.since;
    let needed = || known.tasks.iter().filter(|task| task.required);
    if let Some((task, (number, service))) =
        needed().find_map(|task| Some((task, task.sub.clone()?)))
    {
        return Cause::Sub {
            number,
            service,
            task: task.name.clone(),
            since,
        };
    }
    if let Some((from, to)) = known.window.filter(|(from, _)| known.now < *from) {
        return Cause::Window { from, to };
    }
    let other = |task: &&Task| task.who.is_some() && task.who != known.owner;
    if let Some(task) = needed().find(other) {
        return Cause::Task {
            task: task.name.clone(),
            who: task.who.clone().unwrap_or_default(),
            since,
        };
    }
    match known.owner.clone() {
        Some(who) => Cause::Work { who, since },
        None => Cause::Nobody {
            team: known.team.clone(),
            since,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_thing_that_must_happen_is_named() {
        let at = |n: i64| Timestamp::from_second(n).unwrap();
        let known = Known {
            team: "Web".into(),
            since: Some(at(1)),
            now: at(100),
            ..Known::default()
        };
        let task = |who: Option<&str>, sub: Option<i64>, required| Task {
            name: "Proof".into(),
            required,
            who: who.map(str::to_owned),
            sub: sub.map(|n| (n, "Print".to_owned())),
        };
        let votes = Some(("Legal".to_owned(), vec!["Ada".to_owned()], at(5)));
        let owned = Known {
            owner: Some("Priya".into()),
            ..known.clone()
        };
        let since = Some(at(1));
        let proof = || "Proof".to_owned();
        let table: Vec<(Known, Cause)> = vec![
            (
                Known {
                    ended: true,
                    merged: true,
                    ..known.clone()
                },
                Cause::Merged,
            ),
            (
                Known {
                    ended: true,
                    asked: Some((true, at(3))),
                    ..known.clone()
                },
                Cause::Ended,
            ),
            (
                Known {
                    asked: Some((false, at(3))),
                    votes: votes.clone(),
                    ..known.clone()
                },
                Cause::Answer { since: at(3) },
            ),
            (
                Known {
                    asked: Some((true, at(3))),
                    ..owned.clone()
                },
                Cause::Draft { since: at(3) },
            ),
            (
                Known {
                    votes: votes.clone(),
                    tasks: vec![task(None, Some(7), true)],
                    ..owned.clone()
                },
                Cause::Votes {
                    step: "Legal".into(),
                    names: vec!["Ada".into()],
                    since: at(5),
                },
            ),
            (
                Known {
                    tasks: vec![task(Some("Tom"), None, true), task(None, Some(7), true)],
                    window: Some((at(200), at(300))),
                    ..owned.clone()
                },
                Cause::Sub {
                    number: 7,
                    service: "Print".into(),
                    task: proof(),
                    since,
                },
            ),
            (
                Known {
                    tasks: vec![task(None, Some(7), false)],
                    ..owned.clone()
                },
                Cause::Work {
                    who: "Priya".into(),
                    since,
                },
            ),
            (
                Known {
                    window: Some((at(200), at(300))),
                    tasks: vec![task(Some("Tom"), None, true)],
                    ..owned.clone()
                },
                Cause::Window {
                    from: at(200),
                    to: at(300),
                },
            ),
            (
                Known {
                    window: Some((at(100), at(300))),
                    ..owned.clone()
                },
                Cause::Work {
                    who: "Priya".into(),
                    since,
                },
            ),
            (
                Known {
                    tasks: vec![task(Some("Tom"), None, true)],
                    ..owned.clone()
                },
                Cause::Task {
                    task: proof(),
                    who: "Tom".into(),
                    since,
                },
            ),
            (
                Known {
                    tasks: vec![
                        task(Some("Tom"), None, false),
                        task(Some("Priya"), None, true),
                        task(None, None, true),
                    ],
                    ..owned.clone()
                },
                Cause::Work {
                    who: "Priya".into(),
                    since,
                },
            ),
            (
                known.clone(),
                Cause::Nobody {
                    team: "Web".into(),
                    since,
                },
            ),
            (
                owned,
                Cause::Work {
                    who: "Priya".into(),
                    since,
                },
            ),
        ];
        for (known, expect) in table {
            assert_eq!(cause(&known), expect, "{known:?}");
        }
    }
}
