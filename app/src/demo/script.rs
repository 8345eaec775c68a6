//! The steps of one request: who does what after how much working time.

use mil_process::form::Raw;
use mil_process::process::{Owner, Phase, ProcessDef, Stage};

use super::dice::Dice;
use super::plan::{Course, Plan, members};
use super::stories::Stories;

/// Something that somebody does.
#[derive(Debug, Clone)]
pub enum Act {
    Order,
    Assign(&'static str),
    Say {
        body: String,
        internal: bool,
    },
    Ask {
        body: String,
        approval: bool,
    },
    Tick(String),
    Fill(Raw),
    Forward,
    SendBack {
        to: String,
        reason: String,
    },
    Approve(String),
    RequestChanges(String),
    Decline(String),
    Cancel(String),
    /// Into another request for the same service.
    Merge,
    /// To another request for the same service.
    Link,
    Reopen(String),
    Rate {
        score: i64,
        comment: String,
    },
    Watch,
}

/// A step: minutes of working time after the order, who, and what.
#[derive(Debug, Clone)]
pub struct Step {
    pub minute: i64,
    pub who: &'static str,
    pub act: Act,
}

/// A request's steps, and how long ago it was ordered at least, in working minutes.
pub struct Script {
    pub steps: Vec<Step>,
    pub length: i64,
}

/// What the script of a request needs to know.
pub struct Scene<'a> {
    pub plan: &'a Plan,
    pub stories: &'a Stories,
    pub process: &'a ProcessDef,
    /// Promised, in working minutes.
    pub target: i64,
    /// Promised until the first answer.
    pub response: i64,
    /// The key of the team that owns a stage.
    pub team_of: &'a dyn Fn(&Owner) -> &'static str,
    /// Answers for a stage's fields.
    pub fill: &'a dyn Fn(&mut Dice, &Stage) -> Raw,
}

struct Writer<'a> {
    scene: &'a Scene<'a>,
    dice: Dice,
    steps: Vec<Step>,
    minute: i64,
    owner: Option<&'static str>,
}

/// Write the script of a request.
pub fn write(scene: &Scene, dice: Dice) -> Script {
    let mut writer = Writer {
        scene,
        dice,
        steps: Vec::new(),
        minute: 0,
        owner: None,
    };
    writer.whole();
    Script {
        length: writer.minute,
        steps: writer.steps,
    }
}

impl Writer<'_> {
    fn push(&mut self, who: &'static str, act: Act) {
        self.steps.push(Step {
            minute: self.minute,
            who,
            act,
        });
    }

    fn wait(&mut self, from: i64, to: i64) {
        self.minute += self.dice.between(from, to);
    }

    fn say(&mut self, occasion: &str) -> String {
        let story = self.scene.plan.story;
        self.scene.stories.say(&mut self.dice, story, occasion)
    }

    fn requester(&self) -> &'static str {
        self.scene.plan.requester
    }

    fn agent(&mut self, stage: &Stage) -> &'static str {
        let team = members((self.scene.team_of)(&stage.owner));
        match self.owner {
            Some(owner) if team.contains(&owner) => owner,
            _ => {
                let who = *self.dice.pick(&team);
                self.owner = Some(who);
                self.push(who, Act::Assign(who));
                who
            }
        }
    }

    fn whole(&mut self) {
        let requester = self.requester();
        self.push(requester, Act::Order);
        let target = self.scene.target;
        match self.scene.plan.course {
            Course::Untouched { percent } => self.minute = target * percent / 100,
            Course::Declined | Course::Twice => self.refuse(),
            Course::Cancelled => self.cancel(),
            Course::Done { percent } => {
                self.work(percent, None);
                self.finish(percent);
            }
            Course::Reopened { again } => {
                let percent = self.dice.between(30, 60);
                self.work(percent, None);
                self.wait(60, 900);
                let reason = self.common("reopen");
                self.push(requester, Act::Reopen(reason));
                self.wait(20, 120);
                if again {
                    self.redo_last();
                    self.finish(percent);
                }
            }
            Course::Working { percent } => {
                let stage = self.some_stage(0);
                self.work(percent, Some(stage));
            }
            Course::SentBack => {
                let stage = self.some_stage(1);
                let percent = self.dice.between(30, 65);
                self.work(percent, Some(stage));
                let stages = &self.scene.process.stages;
                let who = self.agent(&stages[stage]);
                let reason = self.common("back");
                let to = stages[stage - 1].key.clone();
                self.push(who, Act::SendBack { to, reason });
                self.wait(20, 200);
            }
            course @ (Course::Asked | Course::Draft) => {
                let stage = self.some_stage(0);
                let percent = self.dice.between(15, 60);
                self.work(percent, Some(stage));
                let who = self.agent(&self.scene.process.stages[stage]);
                let approval = course == Course::Draft;
                let body = self.say(if approval { "proof" } else { "ask" });
                self.push(who, Act::Ask { body, approval });
                self.wait(30, 1100);
            }
            Course::Review => {
                let review = self.review();
                let percent = self.dice.between(40, 85);
                self.work(percent, review);
                self.wait(30, 900);
            }
        }
    }

    fn common(&mut self, occasion: &str) -> String {
        self.scene.stories.common(&mut self.dice, occasion)
    }

    fn review(&self) -> Option<usize> {
        let stages = &self.scene.process.stages;
        stages.iter().position(|s| s.requester_approves)
    }

    /// A stage in which the desk works, from the `from`th on.
    fn some_stage(&mut self, from: usize) -> usize {
        let stages = &self.scene.process.stages;
        let last = self.review().unwrap_or(stages.len());
        let last = last.max(from + 1) - 1;
        usize::try_from(self.dice.between(from as i64, last as i64)).unwrap_or(from)
    }

    fn refuse(&mut self) {
        let stage = &self.scene.process.stages[0];
        if self.scene.plan.course == Course::Twice {
            self.wait(1, 4);
        } else {
            self.wait(20, self.scene.response.max(21));
        }
        let who = self.agent(stage);
        if self.scene.plan.course == Course::Twice {
            self.push(who, Act::Merge);
        } else {
            let reason = self.common("decline");
            self.push(who, Act::Decline(reason));
        }
    }

    fn cancel(&mut self) {
        let requester = self.requester();
        if self.dice.chance(60) {
            self.minute += 15;
            let who = self.agent(&self.scene.process.stages[0]);
            let body = self.say("first");
            self.push(
                who,
                Act::Say {
                    body,
                    internal: false,
                },
            );
        }
        self.wait(60, 900);
        let reason = self.common("cancel");
        self.push(requester, Act::Cancel(reason));
    }

    /// Work through the stages, using `percent` of the promised time, until
    /// the end or until stage `stop` is entered and half worked on.
    fn work(&mut self, percent: i64, stop: Option<usize>) {
        let stages = &self.scene.process.stages;
        let last = stop.unwrap_or(stages.len() - 1);
        let weight = |s: &Stage| {
            i64::from(if s.requester_approves {
                0
            } else {
                s.share.max(1)
            })
        };
        let all: i64 = stages[..=last].iter().map(weight).sum();
        let budget = self.scene.target * percent / 100;
        let mut redone = false;
        for (i, stage) in stages[..=last].iter().enumerate() {
            if stage.requester_approves {
                if stop == Some(i) {
                    return;
                }
                self.decide(i, &mut redone);
                continue;
            }
            let length = (budget * weight(stage) / all.max(1)).max(6);
            let end = self.minute + length;
            self.begin(i, stage, length);
            if stop == Some(i) {
                if self.dice.chance(60) {
                    self.tick_some(stage);
                }
                self.minute = self.minute.max(end);
                return;
            }
            self.complete(stage, end);
            self.hand_on(i);
        }
    }

    /// Take a stage on: assign, answer, maybe ask.
    fn begin(&mut self, i: usize, stage: &Stage, length: i64) {
        let first = i == 0;
        self.minute += if first {
            // The first answer comes in time, unless everything is late.
            let soon = self.dice.between(5, (self.scene.response * 8 / 10).max(6));
            soon.min(length / 2)
        } else {
            length / 10
        };
        let who = self.agent(stage);
        if first {
            let body = self.say("first");
            self.push(
                who,
                Act::Say {
                    body,
                    internal: false,
                },
            );
            if self.dice.chance(10) {
                self.push(who, Act::Watch);
            }
            if self.dice.chance(6) {
                self.push(who, Act::Link);
            }
        }
        if self.dice.chance(14) {
            self.minute += length / 10;
            let body = self.say("note");
            self.push(
                who,
                Act::Say {
                    body,
                    internal: true,
                },
            );
        }
        if stage.phase == Phase::Active && self.dice.chance(16) {
            let body = self.say("ask");
            self.push(
                who,
                Act::Ask {
                    body,
                    approval: false,
                },
            );
            self.wait(25, 600);
            let body = self.say("reply");
            let requester = self.requester();
            self.push(
                requester,
                Act::Say {
                    body,
                    internal: false,
                },
            );
        } else if stage.phase == Phase::Active && self.dice.chance(6) {
            let requester = self.requester();
            let body = self.common("chase");
            self.push(
                requester,
                Act::Say {
                    body,
                    internal: false,
                },
            );
            self.wait(5, 40);
            let body = self.common("calm");
            self.push(
                who,
                Act::Say {
                    body,
                    internal: false,
                },
            );
        }
    }

    fn tick_some(&mut self, stage: &Stage) {
        let who = self.agent(stage);
        if let Some(check) = stage.checklist.first() {
            self.push(who, Act::Tick(check.key.clone()));
        }
    }

    /// Tick and fill in what must be, by minute `end`.
    fn complete(&mut self, stage: &Stage, end: i64) {
        let who = self.agent(stage);
        let half = self.minute + (end - self.minute).max(0) / 2;
        self.minute = self.minute.max(half);
        for check in &stage.checklist {
            if check.required || self.dice.chance(50) {
                self.push(who, Act::Tick(check.key.clone()));
            }
        }
        if !stage.fields.is_empty() {
            let raw = (self.scene.fill)(&mut self.dice, stage);
            if !raw.is_empty() {
                self.push(who, Act::Fill(raw));
            }
        }
        self.minute = self.minute.max(end);
    }

    /// Hand the work to the next stage; say so when it is the requester's turn.
    fn hand_on(&mut self, i: usize) {
        let stages = &self.scene.process.stages;
        let who = self.agent(&stages[i]);
        if stages.get(i + 1).is_some_and(|s| s.requester_approves) {
            let body = self.say("proof");
            self.push(
                who,
                Act::Say {
                    body,
                    internal: false,
                },
            );
        }
        self.push(who, Act::Forward);
        // Whoever takes over is chosen when they begin.
        if let Some(next) = stages.get(i + 1) {
            let team = members((self.scene.team_of)(&next.owner));
            if self.owner.is_some_and(|owner| !team.contains(&owner)) {
                self.owner = None;
            }
        }
    }

    /// The requester looks at the finished work, and sometimes wants it changed.
    fn decide(&mut self, i: usize, redone: &mut bool) {
        let requester = self.requester();
        self.wait(30, 700);
        let back = (0..i)
            .rev()
            .find(|&at| self.scene.process.stages[at].phase == Phase::Active);
        if let Some(back) = back.filter(|_| !*redone && self.dice.chance(20)) {
            *redone = true;
            let reason = self.say("fix");
            self.push(requester, Act::RequestChanges(reason));
            self.wait(20, 90);
            self.redo(back, i);
            self.wait(20, 300);
        }
        let words = self.common("approve");
        self.push(requester, Act::Approve(words));
    }

    /// Do the stages from `from` up to but not including `to` once more.
    fn redo(&mut self, from: usize, to: usize) {
        let stages = &self.scene.process.stages;
        for (at, stage) in stages.iter().enumerate().take(to).skip(from) {
            if stage.requester_approves {
                self.decide(at, &mut true);
                continue;
            }
            self.owner = None;
            self.complete(stage, self.minute + 15);
            self.hand_on(at);
        }
    }

    /// After a reopening the item stands in its nearest active stage.
    fn redo_last(&mut self) {
        let stages = &self.scene.process.stages;
        let from = stages.iter().rposition(|s| s.phase == Phase::Active);
        self.redo(from.unwrap_or(0), stages.len());
    }

    /// The requester says how it was.
    fn finish(&mut self, percent: i64) {
        if !self.dice.chance(58) {
            return;
        }
        self.wait(20, 1200);
        let late = percent > 100;
        let score = match (late, self.dice.between(1, 100)) {
            (false, 1..=62) => 5,
            (false, 63..=92) => 4,
            (false, _) => 3,
            (true, 1..=15) => 5,
            (true, 16..=45) => 4,
            (true, 46..=75) => 3,
            (true, 76..=92) => 2,
            (true, _) => 1,
        };
        let comment = if score >= 4 {
            self.say("thanks")
        } else {
            self.common("grumble")
        };
        let requester = self.requester();
        self.push(requester, Act::Rate { score, comment });
    }
}
