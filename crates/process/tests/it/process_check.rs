//! Checking, storing and comparing processes.

use crate::support::*;
use mil_process::{form::Kind, process::*};

#[test]
fn the_five_stages_are_sound() {
    let def = ProcessDef::essays();
    assert_eq!(def.check(), Ok(()));
    let words: Vec<_> = def
        .stages
        .iter()
        .map(|s| (&s.name[..], s.requester_word(), s.share))
        .collect();
    assert_eq!(
        words,
        [
            ("Brief", "Order", 10),
            ("Copy", "Text", 25),
            ("Design", "Design", 35),
            ("Implement", "On the page", 20),
            ("Review and fix", "Your OK", 10),
        ]
    );
    let json = serde_json::to_string(&def).unwrap();
    assert_eq!(serde_json::from_str::<ProcessDef>(&json).unwrap(), def);
    assert_eq!(Position::start(&def), Some(at("brief", Phase::New)));
}

#[test]
fn a_short_definition_is_enough() {
    let json = r#"{"stages":[{"key":"do","name":"Do","phase":"active","share":1,
        "owner":{"type":"team","id":"print"},"send_back_to":"none","required_fields":["form.size"]}]}"#;
    let def: ProcessDef = serde_json::from_str(json).unwrap();
    assert_eq!(def.check(), Ok(()));
    assert_eq!(def.form_keys().collect::<Vec<_>>(), ["size"]);
    assert!(serde_json::from_str::<ProcessDef>(&json.replace("share", "chare")).is_err());
}

#[test]
fn every_problem_is_found_at_its_place() {
    type Spoil = fn(&mut ProcessDef);
    let cases: Vec<(&str, Spoil)> = vec![
        ("stages", |d| d.stages.clear()),
        ("stages", |d| d.stages = vec![d.stages[0].clone(); 21]),
        ("stages", |d| d.stages.iter_mut().for_each(|s| s.share = 0)),
        ("stages[0].phase", |d| d.stages[0].phase = Phase::Review),
        ("stages[1].phase", |d| d.stages[1].phase = Phase::Waiting),
        ("stages[1].phase", |d| d.stages[1].phase = Phase::Done),
        ("stages[1].key", |d| d.stages[1].key = "Two words".into()),
        ("stages[1].key", |d| d.stages[1].key = "brief".into()),
        ("stages[1].name", |d| d.stages[1].name = "  ".into()),
        ("stages[1].name", |d| d.stages[1].name = "x".repeat(81)),
        ("stages[1].requester_name", |d| {
            d.stages[1].requester_name = Some(String::new())
        }),
        ("stages[1].owner", |d| {
            d.stages[1].owner = Owner::Team(" ".into())
        }),
        ("stages[0].only_if", |d| {
            d.stages[0].only_if = Some(filled("size"))
        }),
        ("stages[1].tasks[1].key", |d| {
            d.stages[1].tasks = vec![task("photo"), task("photo")]
        }),
        ("stages[1].tasks[0].name", |d| {
            d.stages[1].tasks = vec![task("photo")];
            d.stages[1].tasks[0].name.clear();
        }),
        ("stages[1].approvals", |d| {
            d.stages[1].approvals = vec![step("legal")]
        }),
        ("stages[4].approvals", |d| {
            d.stages[4].approvals = vec![step("legal")]
        }),
        ("stages[1].timers[0].after_minutes", |d| {
            d.stages[1].timers = vec![timer("t", Counts::Working, Deed::RaisePriority)];
            d.stages[1].timers[0].after_minutes = 0;
        }),
        ("stages[1].timers[1].key", |d| {
            d.stages[1].timers = vec![timer("t", Counts::Working, Deed::RaisePriority); 2]
        }),
        ("stages[1].timers", |d| {
            d.stages[1].timers = vec![timer("t", Counts::Working, Deed::RaisePriority); 13]
        }),
        ("stages[1].timers[0].does", |d| {
            let does = Deed::Close { reason: " ".into() };
            d.stages[1].timers = vec![timer("t", Counts::Waiting, does)];
        }),
        ("stages[1].timers[0].does", |d| {
            let whom = Whom::Requester;
            d.stages[1].timers = vec![timer("t", Counts::Working, Deed::Remind { whom })];
        }),
        ("stages[4].timers[0].counts", |d| {
            d.stages[4].timers = vec![timer("t", Counts::Working, Deed::RaisePriority)]
        }),
        ("stages[4].timers[0].does", |d| {
            d.stages[4].requester_approves = false;
            d.stages[4].approvals = vec![step("legal")];
            d.stages[4].timers = vec![timer("t", Counts::Working, Deed::MoveOn)];
        }),
        ("stages[4].approvals[0].by", |d| {
            d.stages[4].requester_approves = false;
            d.stages[4].approvals = vec![step("legal")];
            d.stages[4].approvals[0].by.clear();
        }),
        ("stages[4].approvals[0].rule", |d| {
            d.stages[4].requester_approves = false;
            d.stages[4].approvals = vec![step("legal")];
            d.stages[4].approvals[0].rule = Rule::Quorum(0);
        }),
        ("stages[1].share", |d| d.stages[1].share = 1001),
        ("stages[1].work_limit", |d| d.stages[1].work_limit = Some(0)),
        ("stages[1].requester_approves", |d| {
            d.stages[1].requester_approves = true
        }),
        ("stages[4].requester_approves", |d| {
            d.stages[4].checklist[0].required = true
        }),
        ("stages[4].requester_approves", |d| {
            d.stages[4].required_fields = vec!["form.a".into()]
        }),
        ("stages[1].required_fields[0]", |d| {
            d.stages[1].required_fields = vec!["nothing".into()]
        }),
        ("stages[1].required_fields[0]", |d| {
            d.stages[1].required_fields = vec!["form.".into()]
        }),
        ("stages[1].required_fields[0]", |d| {
            d.stages[1].required_fields = vec!["later".into()];
            d.stages[2].fields = vec![field("later", Kind::YesNo)];
        }),
        ("stages[1].required_fields[0]", |d| {
            d.stages[1].required_fields = vec!["heading".into()];
            d.stages[1].fields = vec![field("heading", Kind::Section)];
        }),
        ("stages[2].fields[0].key", |d| {
            d.stages[1].fields = vec![field("same", Kind::YesNo)];
            d.stages[2].fields = vec![field("same", Kind::YesNo)];
        }),
        ("stages[1].fields[0].label", |d| {
            d.stages[1].fields = vec![field("a", Kind::YesNo)];
            d.stages[1].fields[0].label.clear();
        }),
        ("stages[1].checklist[1].key", |d| {
            d.stages[1].checklist[1].key = "written".into()
        }),
        ("stages[1].checklist[0].label", |d| {
            d.stages[1].checklist[0].label.clear()
        }),
        ("stages[1].checklist", |d| {
            d.stages[1].checklist = vec![d.stages[1].checklist[0].clone(); 51]
        }),
        ("stages[1].send_back_to", |d| {
            d.stages[1].send_back_to = SendBack::Only(vec!["design".into()])
        }),
        ("stages[1].send_back_to", |d| {
            d.stages[1].send_back_to = SendBack::Only(vec!["copy".into()])
        }),
    ];
    for (number, (path, spoil)) in cases.into_iter().enumerate() {
        let mut def = ProcessDef::essays();
        spoil(&mut def);
        let problems = def.check().expect_err(&format!("case {number}, {path}"));
        assert!(
            problems.iter().any(|p| p.path == path),
            "case {number}, {path}: {problems:?}"
        );
        problems
            .iter()
            .for_each(|problem| assert_message(&problem.msg));
    }
}

#[test]
fn a_new_version_is_told_stage_by_stage() {
    let old = ProcessDef::essays();
    assert_eq!(diff(&old, &old), []);
    let mut new = old.clone();
    let review = new.stages.remove(4);
    new.stages.insert(1, review);
    new.stages.remove(2);
    new.stages[0].name = "Kick-off".into();
    new.stages[0].share = 15;
    let mut added = new.stages[3].clone();
    added.key = "print".into();
    added.name = "Print".into();
    new.stages.push(added);
    let changes = diff(&old, &new);
    let told: Vec<_> = changes
        .iter()
        .map(|change| change.msg.to_string())
        .collect();
    assert_eq!(
        told,
        [
            "The stage Brief is now called Kick-off.",
            "Kick-off: the share of the promised time goes from 10 to 15.",
            "The stage Review and fix stands in another place.",
            "The stage Print is new.",
            "The stage Copy is gone.",
        ]
    );
    changes
        .iter()
        .for_each(|change| assert_message(&change.msg));
}

#[test]
fn every_part_of_a_stage_is_compared() {
    use Part::*;
    type Alter = fn(&mut Stage);
    let cases: Vec<(Part, Alter)> = vec![
        (RequesterName, |s| s.requester_name = None),
        (Phase, |s| s.phase = mil_process::process::Phase::New),
        (Owner, |s| {
            s.owner = mil_process::process::Owner::Team("a".into())
        }),
        (Checklist, |s| s.checklist.clear()),
        (Fields, |s| s.fields.push(field("a", Kind::Url))),
        (RequiredFields, |s| s.required_fields.push("form.a".into())),
        (Share, |s| s.share += 1),
        (RequesterApproves, |s| s.requester_approves = true),
        (SendBack, |s| {
            s.send_back_to = mil_process::process::SendBack::None
        }),
        (WorkLimit, |s| s.work_limit = Some(5)),
        (OnlyIf, |s| s.only_if = Some(filled("size"))),
        (Tasks, |s| s.tasks.push(task("photo"))),
        (Approvals, |s| s.approvals.push(step("legal"))),
        (Timers, |s| {
            s.timers
                .push(timer("t", Counts::Working, Deed::RaisePriority))
        }),
    ];
    for (part, alter) in cases {
        let mut new = ProcessDef::essays();
        alter(&mut new.stages[1]);
        let changes = diff(&ProcessDef::essays(), &new);
        assert_eq!(changes.len(), 1, "{part:?}");
        assert_eq!(
            (&changes[0].stage[..], changes[0].what),
            ("copy", What::Changed(part))
        );
        assert_message(&changes[0].msg);
    }
}

fn filled(field: &str) -> mil_process::form::Cond {
    mil_process::form::Cond::Filled {
        field: field.into(),
    }
}

fn task(key: &str) -> Task {
    Task {
        key: key.into(),
        name: "Take a picture".into(),
        owner: None,
        service: None,
        required: true,
    }
}

fn step(key: &str) -> ApprovalStep {
    ApprovalStep {
        key: key.into(),
        name: "Legal check".into(),
        rule: Rule::Anyone,
        by: vec![Voter::TeamLeads],
        remind_after_minutes: None,
    }
}

fn timer(key: &str, counts: Counts, does: Deed) -> Timer {
    Timer {
        key: key.to_owned(),
        counts,
        after_minutes: 60,
        does,
    }
}
