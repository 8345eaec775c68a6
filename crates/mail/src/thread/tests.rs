//! Which message belongs where: tables and properties.

use super::*;
use proptest::prelude::*;

fn sender(id: &str, agent: bool) -> Option<Sender> {
    Some(Sender {
        id: id.into(),
        agent,
        disabled: false,
    })
}

fn signed(person: &str, internal: bool) -> Option<Signed> {
    Some(Signed {
        item: "i".into(),
        person: person.into(),
        internal,
        takes_part: true,
    })
}

fn known(person: &str) -> Option<Known> {
    Some(Known {
        item: "i".into(),
        person: person.into(),
        internal: false,
        takes_part: true,
    })
}

fn named() -> Option<Named> {
    Some(Named {
        item: "i".into(),
        takes_part: true,
    })
}

fn text(decision: &Decision) -> String {
    match decision {
        Decision::Answer {
            item,
            person,
            internal,
            by,
        } => format!(
            "{person} in {item} {by:?}{}",
            if *internal { " inside" } else { "" }
        ),
        Decision::Begin { person } => format!("begin {person}"),
        Decision::Stranger => "stranger".into(),
        Decision::Hold(why) => format!("hold {why:?}"),
    }
}

#[test]
fn each_message_goes_where_its_proof_leads() {
    let base = Found::default;
    let pass = Some(Proof::Passed);
    let table = [
        (Found { ..base() }, "stranger"),
        (
            Found {
                sender: sender("maren", false),
                ..base()
            },
            "begin maren",
        ),
        (
            Found {
                sender: sender("priya", true),
                ..base()
            },
            "begin priya",
        ),
        (
            Found {
                sender: sender("maren", false),
                signed: signed("maren", false),
                ..base()
            },
            "maren in i ReplyAddress",
        ),
        (
            Found {
                sender: sender("priya", true),
                signed: signed("priya", true),
                ..base()
            },
            "priya in i ReplyAddress inside",
        ),
        (
            Found {
                sender: sender("priya", true),
                signed: signed("priya", false),
                ..base()
            },
            "priya in i ReplyAddress",
        ),
        // Who is no agent any more does not write among agents.
        (
            Found {
                sender: sender("priya", false),
                signed: signed("priya", true),
                ..base()
            },
            "priya in i ReplyAddress",
        ),
        (
            Found {
                sender: sender("eve", false),
                signed: signed("maren", false),
                ..base()
            },
            "hold OthersAddress",
        ),
        (
            Found {
                signed: signed("maren", false),
                ..base()
            },
            "hold OthersAddress",
        ),
        (
            Found {
                sender: sender("maren", false),
                broken_address: true,
                ..base()
            },
            "hold BrokenAddress",
        ),
        (
            Found {
                broken_address: true,
                ..base()
            },
            "hold BrokenAddress",
        ),
        (
            Found {
                sender: sender("maren", false),
                known: known("maren"),
                ..base()
            },
            "maren in i Reference",
        ),
        (
            Found {
                sender: sender("eve", false),
                known: known("maren"),
                ..base()
            },
            "begin eve",
        ),
        (
            Found {
                sender: sender("priya", true),
                known: known("priya"),
                ..base()
            },
            "hold Unproven",
        ),
        (
            Found {
                sender: sender("priya", true),
                known: known("priya"),
                proof: pass,
                ..base()
            },
            "priya in i Reference",
        ),
        (
            Found {
                sender: sender("maren", false),
                named: named(),
                ..base()
            },
            "begin maren",
        ),
        (
            Found {
                sender: sender("maren", false),
                named: named(),
                proof: pass,
                ..base()
            },
            "maren in i Subject",
        ),
        (
            Found {
                sender: sender("priya", true),
                named: named(),
                ..base()
            },
            "hold Unproven",
        ),
        (
            Found {
                sender: sender("priya", true),
                named: named(),
                proof: pass,
                ..base()
            },
            "priya in i Subject",
        ),
        (
            Found {
                named: named(),
                known: known("maren"),
                ..base()
            },
            "stranger",
        ),
        (
            Found {
                sender: sender("maren", false),
                signed: signed("maren", false),
                proof: Some(Proof::Failed),
                ..base()
            },
            "hold Forged",
        ),
        (
            Found {
                proof: Some(Proof::Failed),
                ..base()
            },
            "hold Forged",
        ),
    ];
    for (found, expect) in table {
        assert_eq!(text(&decide(&found)), expect, "{found:?}");
    }
    let mut left = signed("maren", false).unwrap();
    left.takes_part = false;
    let found = Found {
        sender: sender("maren", false),
        signed: Some(left),
        ..base()
    };
    assert_eq!(decide(&found), Decision::Hold(Why::Left));
}

#[test]
fn subjects_name_requests_only_as_we_write_them() {
    for (subject, number) in [
        ("Re: [#2481] Poster", Some(2481)),
        ("AW: WG: [Uni] [#7] x [#8]", Some(7)),
        ("[#] [#12] x", Some(12)),
        ("#2481", None),
        ("[#2481", None),
        ("[#99999999999999999999]", None),
        ("[#-1]", None),
        ("[#1 2]", None),
        ("", None),
    ] {
        assert_eq!(number_in(subject), number, "{subject}");
    }
}

fn any_found() -> impl Strategy<Value = Found> {
    let ids = || prop::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned);
    let proof = prop::option::of(prop::sample::select(vec![
        Proof::Passed,
        Proof::Failed,
        Proof::Unknown,
    ]));
    let sender = prop::option::of((ids(), any::<bool>(), any::<bool>()).prop_map(
        |(id, agent, disabled)| Sender {
            id,
            agent,
            disabled,
        },
    ));
    let signed = prop::option::of((ids(), ids(), any::<bool>(), any::<bool>()).prop_map(
        |(item, person, internal, takes_part)| Signed {
            item,
            person,
            internal,
            takes_part,
        },
    ));
    let known = prop::option::of((ids(), ids(), any::<bool>(), any::<bool>()).prop_map(
        |(item, person, internal, takes_part)| Known {
            item,
            person,
            internal,
            takes_part,
        },
    ));
    let named = prop::option::of(
        (ids(), any::<bool>()).prop_map(|(item, takes_part)| Named { item, takes_part }),
    );
    (sender, proof, signed, known, named, any::<bool>()).prop_map(
        |(sender, proof, signed, known, named, broken_address)| Found {
            sender,
            proof,
            signed,
            known,
            named,
            broken_address,
        },
    )
}

proptest! {
    #[test]
    fn nobody_speaks_for_another_or_without_proof(found in any_found()) {
        if let Decision::Answer { item, person, internal, by } = decide(&found) {
            let sender = found.sender.clone().unwrap();
            prop_assert_eq!(&person, &sender.id);
            prop_assert!(!sender.disabled);
            prop_assert!(!internal || sender.agent);
            let passed = found.proof == Some(Proof::Passed);
            let own_address = found.signed.as_ref()
                .is_some_and(|s| s.person == person && s.item == item && s.takes_part);
            prop_assert!(!sender.agent || passed || own_address);
            let takes_part = match by {
                By::ReplyAddress => own_address,
                By::Reference => found.known.as_ref()
                    .is_some_and(|k| k.item == item && k.person == person && k.takes_part),
                By::Subject => passed && found.named.as_ref()
                    .is_some_and(|n| n.item == item && n.takes_part),
            };
            prop_assert!(takes_part);
        }
    }
}
