//! The demo's rules, macros and canned answers.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::World;
use crate::automation::model::{Deed, Def};
use crate::automation::{macros, run, timers, verbs};
use crate::error::Result;
use crate::{notifications, webhooks};

fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T> {
    Ok(serde_json::from_value(value)?)
}

impl World {
    /// Three rules, two macros, three answers, as Hanna made them.
    pub(super) async fn make_rules(&self, now: Timestamp) -> Result<()> {
        let ctx = self.ctx("hanna", now - SignedDuration::from_hours(24 * 70));
        let rules = [
            (
                "Urgent changes: tell the leads",
                json!({ "when": { "type": "event", "event": "approval.asked" },
                    "if": { "all": [{ "is": { "field": "service", "value": "urgent-change" } }] },
                    "then": [{ "do": "tell", "whom": "leads" },
                        { "do": "note", "text": "An urgent change waits for a yes: {title}" }] }),
                true,
            ),
            (
                "Print: remind the substitute",
                json!({ "when": { "type": "since", "since": "approval", "amount": 2, "unit": "working_days" },
                    "if": { "all": [{ "is": { "field": "team", "value": self.ids.teams["print"] } }] },
                    "then": [{ "do": "tell", "whom": "substitutes" }] }),
                true,
            ),
            (
                "Share new print orders out",
                json!({ "when": { "type": "event", "event": "request.ordered" },
                    "if": { "all": [{ "is": { "field": "team", "value": self.ids.teams["print"] } },
                        { "not": { "filled": { "field": "assignee" } } }] },
                    "then": [{ "do": "assign", "to": "load" }] }),
                false,
            ),
        ];
        for (name, def, on) in rules {
            let def: Def = read(def)?;
            verbs::create(&ctx, ctx.me()?, name, &def, on).await?;
        }
        let list: [(&str, Value); 2] = [
            (
                "Urgent, and tell the leads",
                json!([{ "do": "priority", "to": "urgent" }, { "do": "tell", "whom": "leads" }]),
            ),
            (
                "Ask the print shop for a price",
                json!([{ "do": "note", "text": "Asked the print shop for a price for {title}." },
                    { "do": "answer", "text": "Hello {requester}, we have asked the print shop for a price and come back to you tomorrow." }]),
            ),
        ];
        for (name, deeds) in list {
            let deeds: Vec<Deed> = read(deeds)?;
            macros::create(&ctx, ctx.me()?, name, None, &deeds).await?;
        }
        for (name, lang, body) in [
            (
                "Picture too small",
                "en",
                "Hello {requester}, the picture you sent is too small to print. Do you have it as the camera made it?",
            ),
            (
                "Bild zu klein",
                "de",
                "Guten Tag {requester}, das Bild ist zum Drucken zu klein. Haben Sie es so, wie die Kamera es gemacht hat?",
            ),
            (
                "Proof is on its way",
                "en",
                "Hello {requester}, the proof for “{title}” comes tomorrow. {me}",
            ),
        ] {
            macros::write(&ctx, ctx.me()?, name, None, lang, body).await?;
        }
        Ok(())
    }

    /// What the rules did.
    pub(super) async fn follow_rules(&self, now: Timestamp) -> Result<()> {
        let at = now - SignedDuration::from_mins(18);
        timers::run(&self.app, at).await?;
        self.settle(at).await
    }

    /// Everything that had to be told by `at` is told to rules, other programs and
    /// people.
    pub(super) async fn settle(&self, at: Timestamp) -> Result<()> {
        while run::tick(&self.app, at).await? > 0 {}
        while webhooks::listen::run(&self.app, at).await? > 0 {}
        while notifications::listen::run(&self.app, at).await? > 0 {}
        Ok(())
    }
}
