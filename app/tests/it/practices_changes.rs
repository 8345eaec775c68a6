//! How the changes of a practice's services are decided on: adopted, exported and
//! compared like the rest of it.

use std::collections::BTreeMap;

use mil::changes::{self, rules::Type};
use mil::practices::merge::{Choices, Who};
use mil::practices::{import, store, upgrade};

use crate::harness::TestApp;
use crate::on_each_database;
use crate::practices::{self, another, take};

/// How the changes of the services of a practice are decided on.
pub async fn kinds(app: &TestApp, key: &str) -> BTreeMap<String, Type> {
    let adoption = store::find(&app.app.db, key).await.unwrap().unwrap();
    let mut out = BTreeMap::new();
    for (part, id) in &adoption.parts.services {
        let kind = changes::store::type_of_service(&app.app.db, id).await;
        out.insert(part.clone(), kind.unwrap());
    }
    out
}

on_each_database!(how_changes_are_decided_on_is_compared_too, |app| {
    let key = "change-enablement";
    take(&app, key).await;
    let ada = app.actor("ada").await;
    let ctx = app.ctx(ada.clone());
    let adoption = store::find(&app.app.db, key).await.unwrap().unwrap();
    // We say of the checked change that it is routine; they say so of the urgent one
    // and call the checked one urgent.
    let checked = &adoption.parts.services["checked-change"];
    changes::verbs::approve_service(&ctx, &ada, checked, Type::Standard)
        .await
        .unwrap();
    let bytes = another(key, "9.0.0", |path, text| match path {
        "services/checked-change.toml" => text.replace(
            "kind = \"change\"",
            "kind = \"change\"\nchange = \"emergency\"",
        ),
        "services/urgent-change.toml" => text.replace("\"emergency\"", "\"standard\""),
        _ => text,
    });
    import::import(&ctx, &ada, &bytes).await.unwrap();
    let none = Choices::new();
    let said = practices::differing(&app, key).await;
    assert_eq!(
        said,
        [
            ("services/checked-change/change".to_owned(), Who::Conflict),
            ("services/urgent-change/change".to_owned(), Who::Theirs)
        ]
    );
    upgrade::upgrade(&ctx, &ada, key, None, &none)
        .await
        .unwrap();
    let types = kinds(&app, key).await;
    assert_eq!(types["checked-change"], Type::Standard, "ours stays");
    assert_eq!(types["urgent-change"], Type::Standard);
});
