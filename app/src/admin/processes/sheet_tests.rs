//! The form of a process, as posted and back.

use super::*;
use mil_process::form::{Field, Kind};
use mil_process::process::{Counts, Deed, Timer};

fn rich() -> ProcessDef {
    let mut def = ProcessDef::essays();
    let field = |key: &str| Field {
        key: key.into(),
        label: key.into(),
        help: Some("Help".into()),
        kind: Kind::LongText { max: Some(9) },
        required: false,
        show_if: None,
        half: false,
    };
    def.stages[1].fields = vec![field("words"), field("source")];
    def.stages[1].required_fields = vec!["form.use".into(), "words".into()];
    def.stages[2].required_fields = vec!["source".into()];
    def.stages[2].owner = Owner::Team("t1".into());
    def.stages[3].owner = Owner::Person("p1".into());
    def.stages[3].send_back_to = SendBack::Only(vec!["copy".into(), "design".into()]);
    def.stages[3].work_limit = Some(4);
    def.stages[1].timers = vec![Timer {
        key: "wake".into(),
        counts: Counts::Waiting,
        after_minutes: 90,
        does: Deed::Close {
            reason: "No answer came.".into(),
        },
    }];
    def.check().expect("makes sense");
    def
}

fn posted(sheet: &Sheet) -> BTreeMap<String, Vec<String>> {
    let mut map = BTreeMap::from([("name".to_owned(), vec![sheet.name.clone()])]);
    for (at, row) in sheet.stages.iter().enumerate() {
        for (part, value) in row.parts() {
            map.insert(format!("s{at}-{part}"), vec![value.to_owned()]);
        }
    }
    map
}

#[test]
fn what_is_not_touched_comes_back_as_it_was() {
    let def = rich();
    for lang in [Lang::En, Lang::De] {
        let sheet = Sheet::of(lang, "Name", 3, 2, &def, |id| format!("who is {id}"));
        let (mut read, action) = Sheet::read(posted(&sheet)).unwrap();
        assert_eq!(action, "");
        assert_eq!(read.stages, sheet.stages);
        assert_eq!(read.definition(lang, &def).unwrap(), def);
    }
}

#[test]
fn stages_are_moved_added_and_taken_out() {
    let def = rich();
    let mut sheet = Sheet::of(Lang::En, "Name", 3, 2, &def, str::to_owned);
    for button in ["up:4", "remove:0", "below:0", "up:0", "down:9", "remove:x"] {
        assert!(sheet.press(button), "{button}");
    }
    assert!(!sheet.press("publish"));
    sheet.stages[1].name = "Copy".into();
    let keys =
        |sheet: &Sheet| -> Vec<String> { sheet.stages.iter().map(|r| r.key.clone()).collect() };
    let _ = sheet.definition(Lang::En, &def);
    assert_eq!(
        keys(&sheet),
        ["copy", "copy-2", "design", "review", "implement"]
    );
    for _ in 0..60 {
        sheet.press("add");
    }
    assert_eq!(sheet.stages.len(), MOST);
}

#[test]
fn hostile_forms_are_refused() {
    for key in [
        "s-name",
        "s99-name",
        "s0-colour",
        "sx-name",
        "stages",
        "s0",
        "s-1-name",
    ] {
        let map = BTreeMap::from([(key.to_owned(), vec!["x".to_owned()])]);
        assert!(Sheet::read(map).is_err(), "{key}");
    }
    let mut sheet = Sheet::of(Lang::En, "N", 1, 1, &ProcessDef::essays(), str::to_owned);
    let row = &mut sheet.stages[0];
    row.share = "-1".into();
    row.limit = "4294967296".into();
    row.phase = "waiting".into();
    row.owner = "owner:x".into();
    row.back = "all".into();
    row.checklist = "a | b".into();
    row.fields = "nonsense".into();
    let wrong = sheet
        .definition(Lang::En, &ProcessDef::default())
        .unwrap_err();
    let mut at: Vec<&str> = wrong.iter().map(|w| w.field.as_str()).collect();
    at.sort_unstable();
    let parts = [
        "back",
        "checklist",
        "fields",
        "limit",
        "owner",
        "phase",
        "share",
    ];
    assert_eq!(at, parts.map(|p| format!("s0-{p}")));
}

#[test]
fn errors_find_their_field() {
    for (path, field) in [
        ("stages", ""),
        ("definition.stages", ""),
        ("name", "name"),
        ("definition.stages[12].checklist[0].label", "s12-checklist"),
        ("stages[0].key", "s0-name"),
        ("stages[0].required_fields[2]", "s0-needs"),
        ("stages[3].requester_approves", "s3-approves"),
        ("stages[3].send_back_to", "s3-back"),
        ("stages[3].fields[1].kind.options[0].key", "s3-fields"),
        ("stages[3].work_limit", "s3-limit"),
    ] {
        assert_eq!(field_of(path), field, "{path}");
    }
}
