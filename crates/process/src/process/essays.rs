//! The process that the desk starts with.

use super::{CheckItem, Owner, Phase, ProcessDef, SendBack, Stage};

impl ProcessDef {
    /// Brief, copy, design, implement and review: the five stages of producing
    /// something for a marketing department. From the review, work may go back
    /// to any earlier stage; the requester's yes ends it.
    pub fn essays() -> Self {
        let review = Stage {
            requester_approves: true,
            send_back_to: SendBack::AnyEarlier,
            ..stage(
                "review",
                "Review and fix",
                "Your OK",
                Phase::Review,
                10,
                &[
                    ("comments", "Every comment has an answer", false),
                    ("archived", "Final files are in the asset library", false),
                ],
            )
        };
        let mut stages = vec![
            stage(
                "brief",
                "Brief",
                "Order",
                Phase::New,
                10,
                &[
                    ("goal", "Goal, audience and message are clear", true),
                    ("date", "The date is possible", true),
                    (
                        "material",
                        "Texts, logos and pictures are here or ordered",
                        false,
                    ),
                ],
            ),
            stage(
                "copy",
                "Copy",
                "Text",
                Phase::Active,
                25,
                &[
                    ("written", "The text is written in the house style", true),
                    ("facts", "Names, dates and places are checked", true),
                    ("proofread", "Somebody else has read it", true),
                ],
            ),
            stage(
                "design",
                "Design",
                "Design",
                Phase::Active,
                35,
                &[
                    (
                        "brand",
                        "Logo, colours and type follow the brand rules",
                        true,
                    ),
                    ("rights", "Rights for every picture are noted", true),
                    (
                        "accessible",
                        "Contrast and alternative texts are checked",
                        true,
                    ),
                ],
            ),
            stage(
                "implement",
                "Implement",
                "On the page",
                Phase::Active,
                20,
                &[
                    (
                        "placed",
                        "Everything is on the page or in the print file",
                        true,
                    ),
                    ("tested", "Links, sizes and bleed are tested", true),
                    ("proof", "The proof is attached", true),
                ],
            ),
            review,
        ];
        for stage in &mut stages[1..4] {
            stage.send_back_to = SendBack::AnyEarlier;
        }
        Self { stages }
    }
}

fn stage(
    key: &str,
    name: &str,
    requester_name: &str,
    phase: Phase,
    share: u32,
    checks: &[(&str, &str, bool)],
) -> Stage {
    let checks = checks.iter().map(|(key, label, required)| CheckItem {
        key: (*key).to_owned(),
        label: (*label).to_owned(),
        required: *required,
    });
    Stage {
        key: key.to_owned(),
        name: name.to_owned(),
        requester_name: Some(requester_name.to_owned()),
        phase,
        owner: Owner::Service,
        checklist: checks.collect(),
        fields: Vec::new(),
        required_fields: Vec::new(),
        share,
        requester_approves: false,
        send_back_to: SendBack::None,
        work_limit: None,
        only_if: None,
        tasks: Vec::new(),
        approvals: Vec::new(),
        timers: Vec::new(),
    }
}
