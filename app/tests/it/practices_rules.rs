//! Rules that come with practices: adopted, kept to the practice's services, merged,
//! exported and taken away with it.

use mil::automation::model::{Deed, Def};
use mil::automation::{run, store as rules, verbs};
use mil::practices::merge::{Side, Who};
use mil::practices::present::Present;
use mil::practices::{adopt, archive, export, import, store, upgrade};
use serde_json::json;

use crate::harness::TestApp;
use crate::on_each_database;
use crate::practices::{self, another, order, take};

const KEY: &str = "change-enablement";
const RULE: &str = "urgent-change";

async fn rule(app: &TestApp) -> rules::Rule {
    let adoption = store::find(&app.app.db, KEY).await.unwrap().unwrap();
    rules::find(&app.app.db, &adoption.parts.rules[RULE])
        .await
        .unwrap()
}

async fn notes(app: &TestApp, number: i64) -> usize {
    while run::tick(&app.app, app.now()).await.unwrap() > 0 {}
    let path = format!("/api/v1/requests/{number}/comments");
    let talk = app.as_("ada").get(&path).await.expect(200).json();
    let all = talk["items"].as_array().unwrap();
    let said = |c: &&serde_json::Value| {
        c["body"]
            .as_str()
            .is_some_and(|b| b.contains("An urgent change"))
    };
    all.iter().filter(said).count()
}

on_each_database!(
    an_adopted_rule_acts_on_its_practice_and_nothing_else,
    |app| {
        take(&app, KEY).await;
        let adoption = store::find(&app.app.db, KEY).await.unwrap().unwrap();
        assert!(rule(&app).await.acts(), "live at once");
        let other = order(&app, "maren", "company-logo").await;
        assert_eq!(notes(&app, other).await, 0);
        let checked = order(&app, "maren", &adoption.parts.services["checked-change"]).await;
        assert_eq!(notes(&app, checked).await, 0);
        let urgent = order(&app, "maren", &adoption.parts.services["urgent-change"]).await;
        assert_eq!(notes(&app, urgent).await, 1);

        // Leaving takes it away.
        let ada = app.actor("ada").await;
        adopt::leave(&app.ctx(ada.clone()), &ada, KEY)
            .await
            .unwrap();
        assert!(rules::all(&app.app.db).await.unwrap().is_empty());
    }
);

on_each_database!(rules_are_merged_and_passed_on, |app| {
    take(&app, KEY).await;
    let ada = app.actor("ada").await;
    let ctx = app.ctx(ada.clone());
    let before = rule(&app).await;

    // We tell somebody else, and somebody by name; they say something else and
    // bring another rule.
    let mut def: Def = before.def.clone();
    def.then.insert(
        0,
        Deed::Tell {
            whom: format!("person:{}", app.id("tomas")),
        },
    );
    verbs::change(&ctx, &ada, &before.id, None, "Ours", &def)
        .await
        .unwrap();
    let bytes = another(KEY, "9.0.0", |path, text| match path {
        "rules/urgent-change.toml" => text.replace("at once\"", "now\""),
        _ => text,
    });
    import::import(&ctx, &ada, &bytes).await.unwrap();
    let said = practices::differing(&app, KEY).await;
    assert_eq!(
        said,
        [
            ("rules/urgent-change/name".to_owned(), Who::Conflict),
            ("rules/urgent-change/then".to_owned(), Who::Ours)
        ]
    );
    let choices = [("rules/urgent-change/name".to_owned(), Side::Theirs)].into();
    upgrade::upgrade(&ctx, &ada, KEY, None, &choices)
        .await
        .unwrap();
    let now = rule(&app).await;
    assert_eq!(now.id, before.id);
    assert!(now.name.ends_with("now"), "{}", now.name);
    assert_eq!(now.def, def, "what we changed stays");
    assert!(now.version > before.version);

    // Passed on without the person.
    let adoption = store::find(&app.app.db, KEY).await.unwrap().unwrap();
    let teams = mil::people::store::teams(&app.app.db).await.unwrap();
    let present = Present::read(&app.app.db).await.unwrap();
    let catalog = app.app.catalog().await.unwrap();
    let pack = export::export(&catalog, &adoption, &present, &teams).unwrap();
    assert_eq!(pack.rules[RULE].services, ["urgent-change"]);
    let text = serde_json::to_string(&pack.rules[RULE].then).unwrap();
    assert!(
        !text.contains("person:") && text.contains("team:"),
        "{text}"
    );
    assert_eq!(
        archive::read(&archive::write(&pack).unwrap()).unwrap(),
        pack
    );
});

#[test]
fn a_pack_names_no_people_and_calls_nothing_outside() {
    for (deed, words) in [
        (json!({ "do": "webhook", "endpoint": "x" }), "outside"),
        (json!({ "do": "tell", "whom": "person:x" }), "no people"),
        (json!({ "do": "tell", "whom": "team:nobody" }), "nobody"),
        (
            json!({ "do": "order", "service": "company-logo", "title": "x" }),
            "not here",
        ),
    ] {
        let deed: Deed = serde_json::from_value(deed).unwrap();
        let files = mil::practices::library::files();
        let mut files = files[KEY].clone();
        let rule = json!({ "name": "Bad", "when": { "type": "event", "event": "request.ordered" },
            "then": [deed] });
        let text = toml::to_string(&rule).unwrap();
        files.insert("rules/bad.toml".into(), text.into_bytes());
        let wrong = mil::practices::pack::Pack::read(KEY, &files, None).unwrap_err();
        assert_eq!(wrong[0].file, "rules/bad.toml", "{wrong:?}");
        assert!(wrong[0].to_string().contains(words), "{wrong:?}");
    }
}
