//! The algebra of approvals, as properties.

use mil_process::process::{Rule, Tally, Verdict};
use proptest::{collection::vec, prelude::*};

fn rule() -> impl Strategy<Value = Rule> {
    prop_oneof![
        Just(Rule::Anyone),
        Just(Rule::First),
        Just(Rule::Everyone),
        Just(Rule::Majority),
        (0..9u32).prop_map(Rule::Quorum),
    ]
}

/// What is known after these words were said in this order.
fn tally(asked: u32, words: &[bool]) -> Tally {
    let count = |word| u32::try_from(words.iter().filter(|w| **w == word).count()).unwrap();
    Tally {
        asked,
        yes: count(true),
        no: count(false),
        first: words.first().copied(),
    }
}

/// The plain meaning of a rule once all have spoken, written another way.
fn meaning(rule: Rule, words: &[bool]) -> bool {
    let yes = words.iter().filter(|w| **w).count();
    match rule {
        Rule::Anyone => words.contains(&true),
        Rule::First => words[0],
        Rule::Everyone => !words.contains(&false),
        Rule::Majority => yes > words.len() - yes,
        Rule::Quorum(n) => yes >= words.len().min(n.max(1) as usize),
    }
}

proptest! {
    #[test]
    fn when_all_have_spoken_it_is_decided_as_the_rule_means(rule in rule(), words in vec(any::<bool>(), 1..9)) {
        let asked = u32::try_from(words.len()).unwrap();
        let verdict = rule.decide(tally(asked, &words));
        prop_assert_eq!(verdict, if meaning(rule, &words) { Verdict::Yes } else { Verdict::No });
    }

    #[test]
    fn a_decision_stands_whatever_is_said_after_it(rule in rule(), words in vec(any::<bool>(), 1..9)) {
        let asked = u32::try_from(words.len()).unwrap();
        let said: Vec<Verdict> = (0..=words.len()).map(|n| rule.decide(tally(asked, &words[..n]))).collect();
        prop_assert_eq!(said[0], Verdict::Open);
        for pair in said.windows(2) {
            prop_assert!(pair[0] == Verdict::Open || pair[0] == pair[1], "{:?}", said);
        }
    }

    #[test]
    fn it_stays_open_only_while_both_ends_are_possible(rule in rule(), asked in 1..9u32, words in vec(any::<bool>(), 0..9)) {
        let words = &words[..words.len().min(asked as usize)];
        let end = |rest: bool| {
            let mut all = words.to_vec();
            all.resize(asked as usize, rest);
            meaning(rule, &all)
        };
        let open = rule.decide(tally(asked, words)) == Verdict::Open;
        prop_assert_eq!(open, end(true) && !end(false));
    }

    #[test]
    fn a_yes_never_hurts(rule in rule(), words in vec(any::<bool>(), 1..9), at in 0..9usize) {
        let asked = u32::try_from(words.len()).unwrap();
        let mut kinder = words.clone();
        let at = at % kinder.len();
        kinder[at] = true;
        if rule.decide(tally(asked, &words)) == Verdict::Yes {
            prop_assert_eq!(rule.decide(tally(asked, &kinder)), Verdict::Yes);
        }
    }

    #[test]
    fn stricter_rules_say_yes_less_often(words in vec(any::<bool>(), 1..9)) {
        let asked = u32::try_from(words.len()).unwrap();
        let yes = |rule: Rule| rule.decide(tally(asked, &words)) == Verdict::Yes;
        prop_assert!(!yes(Rule::Everyone) || yes(Rule::Majority));
        prop_assert!(!yes(Rule::Majority) || yes(Rule::Anyone));
        for n in 1..asked {
            prop_assert!(!yes(Rule::Quorum(n + 1)) || yes(Rule::Quorum(n)));
        }
        prop_assert_eq!(yes(Rule::Quorum(asked)), yes(Rule::Everyone));
        prop_assert_eq!(yes(Rule::Quorum(1)), yes(Rule::Anyone));
    }
}

#[test]
fn nobody_asked_decides_nothing() {
    for rule in [
        Rule::Anyone,
        Rule::First,
        Rule::Everyone,
        Rule::Majority,
        Rule::Quorum(0),
    ] {
        assert_eq!(rule.decide(Tally::default()), Verdict::Open);
    }
}
