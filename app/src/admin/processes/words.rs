//! Words about processes.

use std::collections::HashMap;

use mil_db::{Db, sql};
use mil_process::process::{Change, Owner, Part, Phase, ProcessDef, SendBack, Stage, What};

use crate::error::Result;
use crate::i18n::{Lang, fill, t};

/// The name of a phase.
pub fn phase(lang: Lang, phase: Phase) -> &'static str {
    match phase {
        Phase::New => t!(lang, "Being prepared"),
        Phase::Review => t!(lang, "Being checked"),
        _ => t!(lang, "Being made"),
    }
}

/// One change between two versions as a sentence.
pub fn change(lang: Lang, change: &Change) -> String {
    let text = match change.what {
        What::Added => t!(lang, "The stage {name} is new."),
        What::Removed => t!(lang, "The stage {name} is gone."),
        What::Renamed => t!(lang, "The stage {old} is now called {name}."),
        What::Moved => t!(lang, "The stage {name} stands in another place."),
        What::Changed(part) => match part {
            Part::RequesterName => t!(lang, "{name}: requesters read another name."),
            Part::Phase => t!(lang, "{name}: the kind of work is another."),
            Part::Owner => t!(lang, "{name}: somebody else works on it."),
            Part::Checklist => t!(lang, "{name}: the checklist is another."),
            Part::Fields => t!(lang, "{name}: the fields are others."),
            Part::RequiredFields => t!(lang, "{name}: other fields must be filled in."),
            Part::Share => t!(
                lang,
                "{name}: the share of the promised time goes from {from} to {to}."
            ),
            Part::RequesterApproves => {
                t!(
                    lang,
                    "{name}: whether the requester approves it has changed."
                )
            }
            Part::SendBack => t!(lang, "{name}: work goes back to other stages."),
            Part::WorkLimit => t!(lang, "{name}: the work limit is another."),
            Part::OnlyIf => t!(lang, "{name}: it is passed by in other cases."),
            Part::Tasks => t!(lang, "{name}: the tasks are others."),
            Part::Approvals => t!(lang, "{name}: others must agree."),
            Part::Timers => t!(lang, "{name}: something else happens by itself."),
        },
    };
    fill(text, &change.msg.args)
}

/// Who can own a stage, by id.
#[derive(Default)]
pub struct Names {
    teams: HashMap<String, String>,
    people: HashMap<String, String>,
}

impl Names {
    /// Of the owners that stand in `defs`.
    pub async fn load<'a>(
        db: &Db,
        defs: impl IntoIterator<Item = &'a ProcessDef>,
    ) -> Result<Names> {
        let mut names = Names::default();
        for stage in defs.into_iter().flat_map(|def| &def.stages) {
            let (text, id, list) = match &stage.owner {
                Owner::Service => continue,
                Owner::Team(id) => ("SELECT name FROM team WHERE id = $1", id, &mut names.teams),
                Owner::Person(id) => (
                    "SELECT name FROM person WHERE id = $1",
                    id,
                    &mut names.people,
                ),
            };
            if let Some(row) = sql(text).bind(id).opt(db).await? {
                list.insert(id.clone(), row.get("name")?);
            }
        }
        Ok(names)
    }

    /// A person's name; empty for somebody unknown.
    pub fn person(&self, id: &str) -> String {
        self.people.get(id).cloned().unwrap_or_default()
    }

    /// Who works on a stage.
    pub fn owner(&self, lang: Lang, owner: &Owner) -> String {
        let found = match owner {
            Owner::Service => return t!(lang, "The team of the service").to_owned(),
            Owner::Team(id) => self.teams.get(id),
            Owner::Person(id) => self.people.get(id),
        };
        found
            .cloned()
            .unwrap_or_else(|| t!(lang, "Unknown").to_owned())
    }
}

/// Where work may go back to.
pub fn send_back(lang: Lang, def: &ProcessDef, stage: &Stage) -> String {
    match &stage.send_back_to {
        SendBack::None => t!(lang, "Nowhere").to_owned(),
        SendBack::AnyEarlier => t!(lang, "Any earlier stage").to_owned(),
        SendBack::Only(keys) => {
            let name = |key: &String| def.stage(key).map_or(key.clone(), |s| s.name.clone());
            keys.iter().map(name).collect::<Vec<_>>().join(", ")
        }
    }
}
