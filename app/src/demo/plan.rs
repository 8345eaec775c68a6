//! Which requests there are, who ordered them, and how each of them went.

use super::dice::Dice;
use super::organisation::PEOPLE;
use super::stories::Stories;
use crate::actor::Role;
use crate::catalog::model::Priority;

/// How a request ended, or where it stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Delivered, using this share of the promised time.
    Done { percent: i64 },
    /// Delivered, opened again, and maybe delivered again.
    Reopened { again: bool },
    /// Turned down by the desk.
    Declined,
    /// Taken back by the requester.
    Cancelled,
    /// Ordered twice; the second was merged into the first.
    Twice,
    /// Nobody has looked at it yet.
    Untouched { percent: i64 },
    /// Somebody works on it.
    Working { percent: i64 },
    /// Sent back to an earlier stage by a colleague.
    SentBack,
    /// The requester was asked something and has not answered.
    Asked,
    /// A draft in the middle of the work waits for the requester.
    Draft,
    /// The finished work waits for the requester's yes.
    Review,
}

impl Course {
    /// Whether work on it goes on today.
    pub fn is_open(self) -> bool {
        !matches!(
            self,
            Course::Done { .. }
                | Course::Reopened { again: true }
                | Course::Declined
                | Course::Cancelled
                | Course::Twice
        )
    }
}

/// One request to be.
#[derive(Debug, Clone)]
pub struct Plan {
    pub story: usize,
    pub title: String,
    pub course: Course,
    pub requester: &'static str,
    pub priority: Priority,
    /// For [`Course::Twice`]: the request that it repeats.
    pub twin: Option<usize>,
}

/// How many requests the demo has.
pub const REQUESTS: usize = 300;

/// All requests. `admits` says whether somebody may order a service.
pub fn draw(
    dice: &mut Dice,
    stories: &Stories,
    admits: &dyn Fn(&'static str, &str) -> bool,
) -> Vec<Plan> {
    let mut subjects: Vec<(usize, String)> = Vec::new();
    let mut courses = courses(dice);
    dice.shuffle(&mut courses);
    let orderers: Vec<&'static str> = PEOPLE
        .iter()
        .filter(|p| !p.role.is_agent())
        .map(|p| p.key)
        .collect();
    let mut shown = 0;
    let mut plans: Vec<Plan> = courses
        .into_iter()
        .map(|course| {
            // Some of what waits for the requester waits for the account that
            // most people will look at first.
            let wants_maren = matches!(course, Course::Review | Course::Asked) && shown < 3;
            loop {
                if subjects.is_empty() {
                    subjects = stories.subjects();
                    dice.shuffle(&mut subjects);
                }
                let at = subjects.len() - 1;
                let service = stories.list[subjects[at].0].service.as_str();
                let mut may: Vec<&'static str> = orderers
                    .iter()
                    .copied()
                    .filter(|who| admits(who, service))
                    .collect();
                if wants_maren {
                    may.retain(|who| *who == "maren");
                }
                let fits = match course {
                    Course::Review => !matches!(
                        service,
                        "photographer"
                            | "logo-files"
                            | "partner-material"
                            | "report-a-website-mistake"
                    ),
                    _ => true,
                };
                if may.is_empty() || !fits {
                    let last = subjects.len() - 1;
                    let other = usize::try_from(dice.between(0, last as i64)).unwrap_or(0);
                    if other == last {
                        subjects.pop();
                    } else {
                        subjects.swap(last, other);
                    }
                    continue;
                }
                shown += usize::from(wants_maren);
                let (story, title) = subjects.pop().expect("not empty");
                return Plan {
                    story,
                    title,
                    course,
                    requester: dice.pick::<&'static str>(&may),
                    priority: priority(dice),
                    twin: None,
                };
            }
        })
        .collect();
    repeat(&mut plans);
    plans
}

/// Make those that were ordered twice repeat one that was delivered.
fn repeat(plans: &mut [Plan]) {
    let done = |p: &Plan| matches!(p.course, Course::Done { percent } if percent > 40);
    let mut originals: Vec<usize> = (0..plans.len()).filter(|&i| done(&plans[i])).collect();
    for i in 0..plans.len() {
        if plans[i].course == Course::Twice {
            let twin = originals.pop().expect("most are done");
            let original = plans[twin].clone();
            plans[i] = Plan {
                course: Course::Twice,
                twin: Some(twin),
                ..original
            };
        }
    }
}

fn priority(dice: &mut Dice) -> Priority {
    match dice.between(1, 100) {
        1..=8 => Priority::Low,
        9..=80 => Priority::Normal,
        81..=96 => Priority::High,
        _ => Priority::Urgent,
    }
}

fn courses(dice: &mut Dice) -> Vec<Course> {
    let mut list = Vec::new();
    let mut add = |n: usize, make: &mut dyn FnMut(&mut Dice) -> Course| {
        for _ in 0..n {
            list.push(make(dice));
        }
    };
    add(8, &mut |d| Course::Untouched {
        percent: d.between(1, 40),
    });
    add(17, &mut |d| Course::Working {
        percent: d.between(12, 70),
    });
    add(4, &mut |d| Course::Working {
        percent: d.between(79, 96),
    });
    add(4, &mut |d| Course::Working {
        percent: d.between(104, 150),
    });
    add(3, &mut |_| Course::SentBack);
    add(5, &mut |_| Course::Asked);
    add(3, &mut |_| Course::Draft);
    add(5, &mut |_| Course::Review);
    add(2, &mut |_| Course::Reopened { again: false });
    add(6, &mut |_| Course::Reopened { again: true });
    add(8, &mut |_| Course::Declined);
    add(9, &mut |_| Course::Cancelled);
    add(4, &mut |_| Course::Twice);
    add(22, &mut |d| Course::Done {
        percent: d.between(106, 180),
    });
    let rest = REQUESTS - 100;
    add(rest, &mut |d| Course::Done {
        percent: d.between(20, 92),
    });
    list
}

/// Everybody of a team, by key.
pub fn members(team: &str) -> Vec<&'static str> {
    PEOPLE
        .iter()
        .filter(|p| p.role != Role::Administrator)
        .filter(|p| p.teams.iter().any(|t| t.trim_start_matches('*') == team))
        .map(|p| p.key)
        .collect()
}
