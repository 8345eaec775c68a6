//! The audit log: who reads it, what it shows, how it leaves the house.

use crate::on_each_database;
use crate::people::Browser;

on_each_database!(administrators_read_and_export_what_happened, |app| {
    for path in [
        "/admin/audit",
        "/admin/audit.csv",
        "/admin/audit.jsonl",
        "/api/v1/audit",
    ] {
        for who in ["maren", "pia", "priya", "hanna", "ivo"] {
            app.as_(who).get(path).await.expect(403);
        }
        app.as_("ada").get(path).await.expect(200);
    }
    let ada = app.as_("ada");
    app.as_("maren")
        .form("/me", "name=%3Dcmd%7C%27+x%27%21A1")
        .await
        .expect(303);
    Browser::new(&app)
        .sign_in("=evil", "wrong")
        .await
        .expect(422);
    let found = ada
        .get("/api/v1/audit?verb=person.profile_changed")
        .await
        .expect(200)
        .json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(found["items"][0]["data"]["before"]["name"], "Maren Voss");
    let maren = app.id("maren");
    let by = ada
        .get(&format!("/api/v1/audit?person={maren}&object={maren}"))
        .await
        .expect(200)
        .json();
    assert_eq!(by["items"].as_array().unwrap().len(), 1);
    assert!(
        ada.get("/admin/audit")
            .await
            .text
            .contains("Maren Voss → =cmd")
    );
    let csv = ada
        .get("/admin/audit.csv?verb=sign_in.failed")
        .await
        .expect(200)
        .text;
    assert!(csv.contains("\"'=evil@nordhaven.example\""), "{csv}");
    let lines = ada.get("/admin/audit.jsonl").await.expect(200).text;
    assert!(
        lines
            .lines()
            .all(|l| serde_json::from_str::<serde_json::Value>(l).is_ok())
    );
    assert!(
        ada.get("/api/v1/audit?from=2030-01-01").await.json()["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    ada.get("/api/v1/audit?from=tomorrow").await.expect(422);
    ada.get("/admin/audit.csv?to=x").await.expect(422);
});
