//! The playbooks that a practice brings: adopted, merged, exported, left.

use mil::practices::merge::{Choices, Side, Who};
use mil::practices::model::Wishes;
use mil::practices::pack::Pack;
use mil::practices::present::Present;
use mil::practices::{adopt, export, library, store, upgrade};
use serde_json::json;

use crate::on_each_database;
use crate::playbooks::started;

on_each_database!(
    an_adopted_practice_brings_its_playbooks_and_an_upgrade_merges_them,
    |app| {
        let ada = app.actor("ada").await;
        let ctx = app.ctx(ada.clone());
        let key = "post-mortem";
        adopt::adopt(&ctx, &ada, key, &Wishes::default())
            .await
            .unwrap();
        let adoption = store::find(&app.app.db, key).await.unwrap().unwrap();
        let (part, id) = adoption.parts.playbooks.iter().next().unwrap();
        let book = &adoption.pack.playbooks[part];
        let priya = app.as_("priya");
        let seen = priya
            .get(&format!("/api/v1/playbooks/{id}"))
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&seen["practice"], &seen["current"]),
            (&json!(key), &json!(1))
        );
        assert_eq!(
            seen["published"]["steps"].as_array().unwrap().len(),
            book.steps.len()
        );
        let run = started(&priya, id, json!({ "practice": key })).await;

        // We change the purpose and one title, they change that title and another how.
        let mut ours = seen["published"].clone();
        ours["purpose"] = json!("Ours");
        ours["steps"][0]["title"] = json!("Our title");
        let client = app.as_("ada");
        client
            .json(
                "PUT",
                &format!("/api/v1/playbooks/{id}/draft"),
                &json!({ "definition": ours }),
            )
            .await
            .expect(200);
        client
            .post(&format!("/api/v1/playbooks/{id}/publication"), &json!({}))
            .await
            .expect(200);
        let mut theirs = library::packs()[key].clone();
        theirs.meta.version.0[1] += 1;
        let steps = &mut theirs.playbooks.get_mut(part).unwrap().steps;
        steps[0].title = "Their title".to_owned();
        steps[1].how = "Their how".to_owned();
        let pack = Pack::read(key, &theirs.files(), None).unwrap();
        let mut tx = app.app.db.begin().await.unwrap();
        store::save_import(&mut tx, app.now(), Some(&ada.id), &pack)
            .await
            .unwrap();
        tx.commit().await.unwrap();

        let (adoption, offered) = upgrade::newer(&ctx, key).await.unwrap();
        let catalog = app.app.catalog().await.unwrap();
        let present = Present::read(&app.app.db).await.unwrap();
        let found = upgrade::compare(
            &catalog,
            &adoption,
            &offered.pack,
            &present,
            &Choices::new(),
        )
        .unwrap();
        let step =
            |n: usize, what: &str| format!("playbooks/{part}/steps/{}/{what}", book.steps[n].key);
        let mut said: Vec<(String, Who)> = found
            .differences
            .iter()
            .map(|d| (d.path.clone(), d.who))
            .collect();
        said.sort_by(|a, b| a.0.cmp(&b.0));
        let mut expect = vec![
            (format!("playbooks/{part}/purpose"), Who::Ours),
            (step(0, "title"), Who::Conflict),
            (step(1, "how"), Who::Theirs),
        ];
        expect.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(said, expect);
        let choices = [(step(0, "title"), Side::Theirs)].into();
        upgrade::upgrade(&ctx, &ada, key, None, &choices)
            .await
            .unwrap();
        let after = priya
            .get(&format!("/api/v1/playbooks/{id}"))
            .await
            .expect(200)
            .json();
        assert_eq!(after["current"], 3);
        assert_eq!(after["published"]["purpose"], "Ours");
        assert_eq!(after["published"]["steps"][0]["title"], "Their title");
        assert_eq!(after["published"]["steps"][1]["how"], "Their how");
        let kept = priya
            .get(&format!("/api/v1/playbook-runs/{run}"))
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&kept["number"], &kept["practice"]),
            (&json!(1), &json!(key))
        );

        // Exported, ours goes out; left, it is retired.
        let adoption = store::find(&app.app.db, key).await.unwrap().unwrap();
        let present = Present::read(&app.app.db).await.unwrap();
        let teams = mil::people::store::teams(&app.app.db).await.unwrap();
        let catalog = app.app.catalog().await.unwrap();
        let out = export::export(&catalog, &adoption, &present, &teams).unwrap();
        assert_eq!(out.playbooks[part].purpose, "Ours");
        assert_eq!(out.playbooks[part].steps[0].role, book.steps[0].role);
        adopt::leave(&ctx, &ada, key).await.unwrap();
        priya
            .post(&format!("/api/v1/playbooks/{id}/runs"), &json!({}))
            .await
            .expect(409);
    }
);
