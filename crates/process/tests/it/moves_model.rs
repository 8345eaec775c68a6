//! Random walks through random processes.

use crate::support::*;
use mil_process::process::*;
use proptest::{collection::vec, prelude::*, sample::Index};
use std::collections::{BTreeSet, HashSet, VecDeque};

/// A process of one to six stages that passes its check.
fn process() -> impl Strategy<Value = ProcessDef> {
    let stage = (
        0..4u8,
        any::<bool>(),
        0..4u8,
        vec(any::<bool>(), 0..3),
        any::<bool>(),
        0..3u8,
        (any::<bool>(), any::<bool>(), vec(any::<bool>(), 0..3)),
    );
    vec(stage, 1..=6).prop_map(|rows| {
        let mut def = ProcessDef::default();
        for (index, (phase, approves, back, checks, form, field_use, (voted, maybe, tasks))) in
            rows.into_iter().enumerate()
        {
            let phase = match phase {
                0 => Phase::New,
                3 if index > 0 => Phase::Review,
                _ => Phase::Active,
            };
            let review = phase == Phase::Review;
            let voted = voted && review;
            let requester = approves && review && !voted;
            // Who leads work out of the stage is not the desk.
            let approves = requester || voted;
            let mut stage = ProcessDef::essays().stages[0].clone();
            stage.key = format!("s{index}");
            stage.phase = phase;
            stage.requester_approves = requester;
            if voted {
                stage.approvals.push(ApprovalStep {
                    key: "board".into(),
                    name: "Board".into(),
                    rule: Rule::Majority,
                    by: vec![Voter::TeamLeads],
                    remind_after_minutes: None,
                });
            }
            if maybe && index > 0 {
                let value = "yes".to_owned();
                let field = "a".to_owned();
                stage.only_if = Some(mil_process::form::Cond::Is { field, value });
            }
            for (number, required) in tasks.into_iter().enumerate() {
                stage.tasks.push(Task {
                    key: format!("t{number}"),
                    name: format!("t{number}"),
                    owner: None,
                    service: None,
                    required: required && !approves,
                });
            }
            stage.checklist.clear();
            stage.fields = vec![field(&format!("f{index}"), mil_process::form::Kind::YesNo)];
            for (number, required) in checks.into_iter().enumerate() {
                let key = format!("c{number}");
                let required = required && !approves;
                stage.checklist.push(CheckItem {
                    label: key.clone(),
                    key,
                    required,
                });
            }
            if form && !approves {
                stage.required_fields.push("form.a".into());
            }
            if field_use > 0 && !approves {
                stage
                    .required_fields
                    .push(format!("f{}", index / usize::from(field_use)));
            }
            stage.send_back_to = match back {
                0 => SendBack::None,
                1 if index > 0 => SendBack::Only(vec![format!("s{}", index / 2)]),
                _ => SendBack::AnyEarlier,
            };
            if stage.send_back_to == SendBack::Only(vec![stage.key.clone()]) {
                stage.send_back_to = SendBack::None;
            }
            def.stages.push(stage);
        }
        def
    })
}

fn some_facts() -> impl Strategy<Value = Facts> {
    let keys = |pool: Vec<&'static str>| {
        let count = pool.len();
        proptest::sample::subsequence(pool, 0..=count)
            .prop_map(|keys| keys.into_iter().map(str::to_owned).collect::<BTreeSet<_>>())
    };
    let until = prop_oneof![Just(None), (-1..2i64).prop_map(Some)];
    (
        keys(vec!["c0", "c1"]),
        keys(vec!["form.a", "f0", "f1", "f2", "f3", "f4", "f5"]),
        keys(vec!["t0", "t1"]),
        keys(vec!["s1", "s2", "s3", "s4", "s5"]),
        until,
    )
        .prop_map(|(ticked, filled, tasks_done, skipped, until)| Facts {
            ticked,
            filled,
            tasks_done,
            skipped,
            reopen_until: until.map(|seconds| NOW + jiff::SignedDuration::from_secs(seconds)),
            now: NOW,
        })
}

fn any_move() -> impl Strategy<Value = Move> {
    let to = prop_oneof![(0..7u8).prop_map(|n| format!("s{n}")), Just(String::new())];
    let reason = prop_oneof![3 => Just("Because".to_owned()), 1 => Just("  ".to_owned())];
    (0..12u8, to, reason).prop_map(|(kind, to, reason)| match kind {
        0 => Move::Forward,
        1 => Move::SendBack { to, reason },
        2 => Move::Wait {
            why: WaitKind::Answer,
        },
        3 => Move::Wait {
            why: WaitKind::Approval,
        },
        4 => Move::Resume,
        5 => Move::Approve,
        6 => Move::RequestChanges {
            to: Some(to).filter(|to| to != "s1"),
            reason,
        },
        7 => Move::Decline { reason },
        8 => Move::Cancel {
            reason: Some(reason),
        },
        9 => Move::Reopen { reason },
        10 => Move::Agree,
        _ => Move::Refuse { reason },
    })
}

/// Every position that a process can have.
fn positions(def: &ProcessDef) -> Vec<Position> {
    let phases = [
        Phase::New,
        Phase::Active,
        Phase::Waiting,
        Phase::Review,
        Phase::Done,
        Phase::Declined,
    ];
    let each = |stage: &Stage| phases.map(|phase| at(&stage.key, phase));
    def.stages
        .iter()
        .flat_map(each)
        .filter(|position| position.is_valid(def))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn walks_stay_on_the_map(def in process(), steps in vec((any_move(), some_facts()), 1..60)) {
        prop_assert_eq!(def.check(), Ok(()));
        let mut position = Position::start(&def).unwrap();
        let mut paused = false;
        for (mv, facts) in steps {
            let before = position.clone();
            match apply(&def, &position, &mv, &facts) {
                Ok(outcome) => {
                    let came = outcome.to.stage != before.stage;
                    prop_assert!(!came || !facts.skipped.contains(&outcome.to.stage));
                    prop_assert!(outcome.to.is_valid(&def), "{:?} {:?} {:?}", before, mv, outcome);
                    prop_assert_eq!(outcome.to.phase.is_final(), outcome.clock == ClockEffect::Stop);
                    prop_assert_eq!(before.phase.is_final(), outcome.clock == ClockEffect::Reopen);
                    match outcome.clock {
                        ClockEffect::Pause => { prop_assert!(!paused); paused = true; }
                        ClockEffect::Resume => { prop_assert!(paused); paused = false; }
                        ClockEffect::Stop | ClockEffect::Reopen => paused = false,
                        ClockEffect::None => {}
                    }
                    position = outcome.to;
                }
                Err(blocks) => {
                    prop_assert!(!blocks.is_empty());
                    prop_assert_eq!(&position, &before);
                    blocks.iter().for_each(|block| assert_message(&block.msg));
                }
            }
        }
    }

    #[test]
    fn offers_and_moves_agree(def in process(), pick in any::<Index>(), facts in some_facts(), mv in any_move()) {
        let all = positions(&def);
        let position = pick.get(&all);
        let offers = allowed(&def, position, &facts);
        for offer in &offers {
            match apply(&def, position, &offer.with_reason("Because"), &facts) {
                Ok(outcome) => {
                    prop_assert_eq!(&offer.blocked, &vec![]);
                    prop_assert_eq!(&outcome.to, &offer.to);
                }
                Err(blocks) => prop_assert_eq!(&blocks, &offer.blocked),
            }
            let bare = apply(&def, position, &offer.with_reason(" "), &facts);
            let asked = bare.is_err_and(|blocks| blocks.iter().any(|b| b.what == BlockedBy::Reason));
            prop_assert_eq!(asked, offer.needs_reason);
        }
        let offered = offers.iter().find(|offer| {
            offer.kind == mv.kind() && match mv.target() {
                Some(to) => offer.to.stage == to,
                None => offer.kind != MoveKind::RequestChanges || offer.default,
            }
        });
        let illegal = apply(&def, position, &mv, &facts)
            .is_err_and(|blocks| blocks.iter().any(|block| block.what == BlockedBy::Illegal));
        prop_assert_eq!(illegal, offered.is_none(), "{:?} {:?}", position, mv);
    }

    #[test]
    fn done_is_in_reach_of_every_open_position(def in process(), yes in any::<bool>()) {
        let answers = [("a".to_owned(), mil_process::form::Answer::YesNo(yes))];
        let skipped = def.skipped(&answers.into());
        prop_assert_eq!(skipped.is_empty(), yes || def.stages.iter().all(|s| s.only_if.is_none()));
        // What only a stage that does not apply asks for stays empty.
        let mut facts = Facts { skipped, ..all_met(&def) };
        let gone = def.stages.iter().filter(|s| facts.skipped.contains(&s.key));
        for field in gone.flat_map(|s| &s.fields) {
            facts.filled.remove(&field.key);
        }
        for start in positions(&def).into_iter().filter(|position| !position.phase.is_final()) {
            let mut seen = HashSet::new();
            let mut queue = VecDeque::from([start.clone()]);
            let mut done = false;
            while let Some(position) = queue.pop_front() {
                done |= position.phase == Phase::Done;
                if position.phase.is_final() || !seen.insert(format!("{position:?}")) {
                    continue;
                }
                let offers = allowed(&def, &position, &facts);
                prop_assert!(offers.iter().any(|offer| offer.blocked.is_empty()));
                queue.extend(offers.into_iter().filter(|o| o.blocked.is_empty()).map(|o| o.to));
            }
            prop_assert!(done, "{:?}", start);
        }
    }
}
