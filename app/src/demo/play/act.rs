//! What each step does, by the real verbs.

use mil_db::sql;
use mil_process::form::{Kind, Raw};
use mil_process::process::{Move, WaitKind};

use super::super::dice::Dice;
use super::super::files;
use super::super::plan::{Course, Plan};
use super::super::script::{Act, Step};
use super::{TODAY, World};
use crate::error::{Error, Result};
use crate::web::Ctx;
use crate::work::order::Line;
use crate::work::relate::{self, LinkKind};
use crate::work::talk::{NewComment, Visibility};
use crate::work::{edit, merge, moves, order, talk};

impl World {
    /// Do one step of one request.
    pub(super) async fn act(
        &self,
        ctx: &Ctx,
        plan: &Plan,
        item: &mut String,
        twin: Option<String>,
        step: &Step,
    ) -> Result<()> {
        let actor = ctx.me()?;
        let comment = |body: &str, internal: bool| NewComment {
            body: body.to_owned(),
            visibility: if internal {
                Visibility::Internal
            } else {
                Visibility::Public
            },
            files: Vec::new(),
        };
        match &step.act {
            Act::Order => *item = self.order(ctx, plan).await?,
            Act::Assign(who) => {
                let to = &self.ids.people[who];
                edit::assign(ctx, actor, item, None, Some(to)).await?;
            }
            Act::Say { body, internal } => {
                let mut new = comment(body, *internal);
                if let Some(file) = files::for_comment(plan, body) {
                    new.files.push(files::upload(ctx, actor, &file).await?);
                }
                talk::comment(ctx, actor, item, new).await?;
            }
            Act::Ask { body, approval } => {
                let why = if *approval {
                    WaitKind::Approval
                } else {
                    WaitKind::Answer
                };
                talk::ask(ctx, actor, item, None, why, comment(body, false)).await?;
            }
            Act::Tick(check) => {
                edit::tick(ctx, actor, item, check, true).await?;
            }
            Act::Fill(raw) => {
                let mut raw = raw.clone();
                for value in raw.values_mut().flatten().filter(|v| *v == TODAY) {
                    *value = ctx.today().to_string();
                }
                edit::fill(ctx, actor, item, None, raw).await?;
            }
            Act::Forward => {
                moves::make(ctx, actor, item, None, &Move::Forward).await?;
            }
            Act::SendBack { to, reason } => {
                let (to, reason) = (to.clone(), reason.clone());
                moves::make(ctx, actor, item, None, &Move::SendBack { to, reason }).await?;
            }
            Act::Approve(words) => {
                let words = Some(words.clone());
                talk::decide(ctx, actor, item, None, true, words, None).await?;
            }
            Act::RequestChanges(reason) => {
                let reason = Some(reason.clone());
                talk::decide(ctx, actor, item, None, false, reason, None).await?;
            }
            Act::Decline(reason) => {
                let reason = reason.clone();
                moves::make(ctx, actor, item, None, &Move::Decline { reason }).await?;
            }
            Act::Merge => {
                let into = twin.ok_or(Error::NotFound)?;
                merge::merge(ctx, actor, item, None, &into).await?;
            }
            Act::Link => {
                if let Some(other) = self.sibling(item).await? {
                    relate::link(ctx, actor, item, LinkKind::Relates, &other).await?;
                }
            }
            Act::Cancel(reason) => {
                let reason = (!reason.is_empty()).then(|| reason.clone());
                moves::make(ctx, actor, item, None, &Move::Cancel { reason }).await?;
            }
            Act::Reopen(reason) => {
                let reason = reason.clone();
                moves::make(ctx, actor, item, None, &Move::Reopen { reason }).await?;
            }
            Act::Rate { score, comment } => {
                edit::rate(ctx, actor, item, *score, Some(comment.clone())).await?;
            }
            Act::Watch => {
                let leads = if plan.course == Course::Cancelled {
                    "jonas"
                } else {
                    "hanna"
                };
                talk::watch(ctx, actor, item, &self.ids.people[leads], true).await?;
            }
        }
        Ok(())
    }

    /// Another open request for the same service, the newest.
    async fn sibling(&self, item: &str) -> Result<Option<String>> {
        let row = sql("SELECT o.id FROM work_item w
             JOIN work_item o ON o.service_id = w.service_id AND o.id <> w.id
             WHERE w.id = $1 AND o.closed_at IS NULL
             ORDER BY CASE WHEN o.requester_id = w.requester_id THEN 0 ELSE 1 END, o.number DESC
             LIMIT 1")
        .bind(item)
        .opt(&self.app.db)
        .await?;
        Ok(row.map(|row| row.get("id")).transpose()?)
    }

    async fn order(&self, ctx: &Ctx, plan: &Plan) -> Result<String> {
        let story = &self.stories.list[plan.story];
        let service = self.service(story)?;
        let mut dice = Dice::new(
            plan.title
                .bytes()
                .fold(7, |h: u64, b| h.wrapping_mul(31).wrapping_add(u64::from(b))),
        );
        let subject = plan
            .title
            .rsplit_once(": ")
            .or_else(|| plan.title.rsplit_once(", "))
            .map_or(plan.title.as_str(), |(_, subject)| subject);
        let mut raw = Raw::new();
        for field in &service.form.fields {
            if !field.required && !dice.chance(60) {
                continue;
            }
            if let Kind::File { types, .. } = &field.kind {
                if let Some(file) = files::for_form(plan, types) {
                    let id = files::upload(ctx, ctx.me()?, &file).await?;
                    raw.insert(field.key.clone(), vec![id]);
                }
                continue;
            }
            if let Some(value) = self.value(&mut dice, field, subject, &story.text, ctx.today()) {
                raw.insert(field.key.clone(), value);
            }
        }
        let line = Line {
            service: service.slug.clone(),
            title: Some(plan.title.clone()),
            raw,
            priority: None,
        };
        let placed = order::place(ctx, ctx.me()?, None, vec![line]).await?;
        let id = placed.items[0].id.clone();
        if plan.priority != Default::default() {
            // The desk says how urgent it is, as soon as it sees it.
            let desk = self.ctx("jonas", ctx.now);
            edit::prioritise(&desk, desk.me()?, &id, None, plan.priority).await?;
        }
        Ok(id)
    }
}
