//! The five-stage process, move by move.

use crate::support::*;
use ClockEffect as Clock;
use Phase::*;
use jiff::SignedDuration;
use mil_process::process::*;

fn back(to: &str, reason: &str) -> Move {
    Move::SendBack {
        to: to.into(),
        reason: reason.into(),
    }
}
fn changes(to: Option<&str>, reason: &str) -> Move {
    Move::RequestChanges {
        to: to.map(Into::into),
        reason: reason.into(),
    }
}
fn wait() -> Move {
    Move::Wait {
        why: WaitKind::Answer,
    }
}
fn reopen() -> Move {
    Move::Reopen {
        reason: "The date moved".into(),
    }
}
fn decline() -> Move {
    Move::Decline {
        reason: "Not ours".into(),
    }
}
fn cancel() -> Move {
    Move::Cancel { reason: None }
}

#[test]
fn legal_moves_lead_where_they_should() {
    let def = ProcessDef::essays();
    let facts = all_met(&def);
    let cases = [
        (("brief", New), Move::Forward, ("copy", Active), Clock::None),
        (
            ("copy", Active),
            Move::Forward,
            ("design", Active),
            Clock::None,
        ),
        (
            ("design", Active),
            Move::Forward,
            ("implement", Active),
            Clock::None,
        ),
        (
            ("implement", Active),
            Move::Forward,
            ("review", Review),
            Clock::Pause,
        ),
        (
            ("review", Review),
            Move::Approve,
            ("review", Done),
            Clock::Stop,
        ),
        (
            ("review", Review),
            changes(None, "Logo"),
            ("implement", Active),
            Clock::Resume,
        ),
        (
            ("review", Review),
            changes(Some("brief"), "Date"),
            ("brief", New),
            Clock::Resume,
        ),
        (
            ("review", Review),
            back("implement", "Bleed"),
            ("implement", Active),
            Clock::Resume,
        ),
        (
            ("review", Review),
            back("design", "Colour"),
            ("design", Active),
            Clock::Resume,
        ),
        (
            ("review", Review),
            back("copy", "Typo"),
            ("copy", Active),
            Clock::Resume,
        ),
        (
            ("review", Review),
            back("brief", "Goal"),
            ("brief", New),
            Clock::Resume,
        ),
        (
            ("design", Active),
            back("copy", "Too long"),
            ("copy", Active),
            Clock::None,
        ),
        (("copy", Active), wait(), ("copy", Waiting), Clock::Pause),
        (
            ("copy", Waiting),
            Move::Resume,
            ("copy", Active),
            Clock::Resume,
        ),
        (("brief", New), wait(), ("brief", Waiting), Clock::Pause),
        (
            ("brief", Waiting),
            Move::Resume,
            ("brief", New),
            Clock::Resume,
        ),
        (("brief", New), decline(), ("brief", Declined), Clock::Stop),
        (
            ("copy", Waiting),
            decline(),
            ("copy", Declined),
            Clock::Stop,
        ),
        (
            ("review", Review),
            cancel(),
            ("review", Declined),
            Clock::Stop,
        ),
        (
            ("review", Done),
            reopen(),
            ("implement", Active),
            Clock::Reopen,
        ),
        (
            ("copy", Declined),
            reopen(),
            ("copy", Active),
            Clock::Reopen,
        ),
        (("brief", Declined), reopen(), ("brief", New), Clock::Reopen),
    ];
    for ((stage, phase), mv, (to, to_phase), clock) in cases {
        let outcome = apply(&def, &at(stage, phase), &mv, &facts);
        let outcome = outcome.unwrap_or_else(|blocks| panic!("{stage} {mv:?}: {blocks:?}"));
        assert_eq!(outcome.to, at(to, to_phase), "{stage} {mv:?}");
        assert_eq!(outcome.clock, clock, "{stage} {mv:?}");
        assert_eq!(
            outcome.left_stage,
            stage != to || to_phase.is_final(),
            "{stage} {mv:?}"
        );
        assert_eq!(
            outcome.entered_stage,
            stage != to || phase.is_final(),
            "{stage} {mv:?}"
        );
    }
}

#[test]
fn illegal_moves_say_why() {
    let def = ProcessDef::essays();
    let facts = all_met(&def);
    let cases = [
        (("review", Review), Move::Forward, "has not approved"),
        (("review", Review), wait(), "already waits"),
        (("copy", Waiting), Move::Forward, "Resume it first"),
        (("copy", Waiting), back("brief", "x"), "Resume it first"),
        (("copy", Waiting), wait(), "Resume it first"),
        (("copy", Active), Move::Resume, "not waiting"),
        (("copy", Active), Move::Approve, "not asked for an approval"),
        (
            ("copy", Active),
            changes(None, "x"),
            "not asked for an approval",
        ),
        (
            ("copy", Active),
            back("design", "x"),
            "not an earlier stage",
        ),
        (("copy", Active), back("copy", "x"), "not an earlier stage"),
        (
            ("copy", Active),
            back("nowhere", "x"),
            "not an earlier stage",
        ),
        (("brief", New), back("brief", "x"), "not an earlier stage"),
        (
            ("review", Review),
            changes(Some("review"), "x"),
            "not an earlier stage",
        ),
        (("copy", Active), reopen(), "nothing to reopen"),
        (("review", Done), Move::Approve, "Reopen it first"),
        (("review", Done), cancel(), "Reopen it first"),
        (("copy", Declined), Move::Forward, "Reopen it first"),
        (("copy", Declined), decline(), "Reopen it first"),
        (("printing", Active), Move::Forward, "no stage “printing”"),
    ];
    for ((stage, phase), mv, says) in cases {
        let blocks = apply(&def, &at(stage, phase), &mv, &facts).unwrap_err();
        assert_eq!(blocks.len(), 1, "{stage} {mv:?}");
        assert_eq!(blocks[0].what, BlockedBy::Illegal, "{stage} {mv:?}");
        assert!(
            blocks[0].msg.to_string().contains(says),
            "{stage} {mv:?}: {}",
            blocks[0].msg
        );
        assert_message(&blocks[0].msg);
    }
}

#[test]
fn sending_back_follows_the_stage() {
    let mut def = ProcessDef::essays();
    def.stages[3].send_back_to = SendBack::Only(vec!["copy".into()]);
    def.stages[2].send_back_to = SendBack::None;
    let go = |stage, to| apply(&def, &at(stage, Active), &back(to, "x"), &facts());
    assert!(go("implement", "copy").is_ok());
    assert_eq!(
        go("implement", "design").unwrap_err()[0].what,
        BlockedBy::Illegal
    );
    assert_eq!(
        go("design", "copy").unwrap_err()[0].what,
        BlockedBy::Illegal
    );
}

#[test]
fn a_reason_is_needed_and_spaces_are_none() {
    let def = ProcessDef::essays();
    let facts = all_met(&def);
    let cases = [
        (at("review", Review), back("copy", " \n")),
        (at("review", Review), changes(None, "")),
        (
            at("copy", Active),
            Move::Decline {
                reason: "\t".into(),
            },
        ),
        (
            at("review", Done),
            Move::Reopen {
                reason: String::new(),
            },
        ),
    ];
    for (from, mv) in cases {
        let blocks = apply(&def, &from, &mv, &facts).unwrap_err();
        assert_eq!(blocks[0].what, BlockedBy::Reason, "{mv:?}");
        assert_message(&blocks[0].msg);
    }
}

#[test]
fn forward_names_everything_that_is_open() {
    let mut def = ProcessDef::essays();
    def.stages[0].fields = vec![field("budget", mil_process::form::Kind::YesNo)];
    def.stages[1].required_fields = vec!["budget".into(), "form.deadline".into()];
    assert_eq!(def.check(), Ok(()));
    let mut facts = facts();
    facts.ticked.insert("facts".into());
    let blocks = apply(&def, &at("copy", Active), &Move::Forward, &facts).unwrap_err();
    let what: Vec<_> = blocks.iter().map(|block| block.what.clone()).collect();
    let check = |key: &str| BlockedBy::Check(key.into());
    let empty = |key: &str| BlockedBy::Field(key.into());
    assert_eq!(
        what,
        [
            check("written"),
            check("proofread"),
            empty("budget"),
            empty("form.deadline")
        ]
    );
    let said: Vec<_> = blocks.iter().map(|block| block.msg.to_string()).collect();
    assert_eq!(
        said[1],
        "“Somebody else has read it” is open. Tick it when it is done."
    );
    assert_eq!(said[2], "“Label of budget” is empty. Fill it in.");
    assert_eq!(said[3], "“deadline” is empty. Fill it in.");
    blocks.iter().for_each(|block| assert_message(&block.msg));
    facts.ticked.extend(["written".into(), "proofread".into()]);
    facts
        .filled
        .extend(["budget".into(), "form.deadline".into()]);
    assert!(apply(&def, &at("copy", Active), &Move::Forward, &facts).is_ok());
}

#[test]
fn optional_lines_of_a_checklist_block_nothing() {
    let def = ProcessDef::essays();
    let mut facts = facts();
    facts.ticked.extend(["goal".into(), "date".into()]);
    assert!(apply(&def, &at("brief", New), &Move::Forward, &facts).is_ok());
}

#[test]
fn reopening_has_an_end() {
    let def = ProcessDef::essays();
    let mut facts = facts();
    let done = at("review", Done);
    let never = apply(&def, &done, &reopen(), &facts).unwrap_err();
    assert_eq!(never[0].what, BlockedBy::Illegal);
    facts.reopen_until = Some(NOW);
    assert!(apply(&def, &done, &reopen(), &facts).is_ok());
    facts.now = NOW + SignedDuration::from_nanos(1);
    let late = apply(&def, &done, &reopen(), &facts).unwrap_err();
    assert_eq!(late[0].what, BlockedBy::TooLate);
    assert_message(&late[0].msg);
    assert_eq!(allowed(&def, &done, &facts)[0].blocked, late);
}

#[test]
fn buttons_of_a_review() {
    let def = ProcessDef::essays();
    let offers = allowed(&def, &at("review", Review), &facts());
    let seen: Vec<_> = offers
        .iter()
        .map(|o| (o.kind, &o.to.stage[..], o.default))
        .collect();
    use MoveKind::*;
    assert_eq!(
        seen,
        [
            (Approve, "review", false),
            (RequestChanges, "implement", true),
            (RequestChanges, "design", false),
            (RequestChanges, "copy", false),
            (RequestChanges, "brief", false),
            (SendBack, "implement", false),
            (SendBack, "design", false),
            (SendBack, "copy", false),
            (SendBack, "brief", false),
            (Decline, "review", false),
            (Cancel, "review", false),
        ]
    );
    assert!(allowed(&def, &at("nowhere", Active), &facts()).is_empty());
}

#[test]
fn a_review_in_the_middle_goes_on_to_the_next_stage() {
    let mut def = ProcessDef::essays();
    let mut proof = def.stages[4].clone();
    proof.key = "proof".into();
    def.stages.insert(2, proof);
    assert_eq!(def.check(), Ok(()));
    let outcome = apply(&def, &at("proof", Review), &Move::Approve, &facts()).unwrap();
    assert_eq!(
        (outcome.to, outcome.clock),
        (at("design", Active), Clock::Resume)
    );
    let back = apply(
        &def,
        &at("review", Review),
        &changes(Some("proof"), "x"),
        &facts(),
    )
    .unwrap();
    assert_eq!((back.to, back.clock), (at("proof", Review), Clock::None));
}
