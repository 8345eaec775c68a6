//! The inbox.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use mil_db::{Where, sql};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::from_micros;
use crate::error::{Error, Result};
use crate::i18n::{Lang, fmt, t};
use crate::policy;
use crate::ui::block::empty;
use crate::ui::button::{Button, Kind, Size, button};
use crate::ui::shell::bar as title_bar;
use crate::web::{Flash, Me, Query, see_other, shell};

/// How many the inbox shows at once.
const SHOWN: i64 = 50;

/// Where the list goes on.
#[derive(Deserialize, JsonSchema, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Asked {
    /// `next` of the page before.
    pub after: Option<String>,
}

/// What one was told.
#[derive(Serialize, JsonSchema)]
pub struct Notices {
    /// Newest first.
    pub items: Vec<Notice>,
    /// Give it as `after` for the next page; null on the last.
    pub next: Option<String>,
}

/// One thing one was told.
#[derive(Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct Notice {
    pub id: String,
    /// mentioned, assigned, your_turn, answered, moved, resumed, approved,
    /// changes_asked, done, declined, cancelled, reopened, rated, merged or escalated.
    pub reason: String,
    /// Null when it is not about a request; then `href` leads to it.
    pub request_id: Option<String>,
    pub number: Option<i64>,
    pub title: String,
    pub href: Option<String>,
    /// Who did it.
    pub by: String,
    pub at: String,
    pub read: bool,
}

/// What `me` was told about requests that they may still see, and about other
/// things.
async fn load(me: &Me, after: Option<&str>) -> Result<Notices> {
    let mut filter = Where::new();
    filter.and("n.person_id = ?", [me.actor.id.as_str().into()]);
    if let Some(after) = after {
        filter.and("n.id < ?", [after.into()]);
    }
    filter.unless("n.item_id IS NULL", |filter| {
        policy::visible_items(&me.actor, filter);
    });
    let rows = sql(format!(
        "SELECT n.id, n.reason, n.item_id, n.href, n.created_at, n.read_at, w.number,
            COALESCE(w.title, n.title, '') AS title, e.actor_name
         FROM notification n
         LEFT JOIN work_item w ON w.id = n.item_id
         JOIN event e ON e.id = n.event_id
         WHERE {} ORDER BY n.id DESC LIMIT {}",
        filter.text(),
        SHOWN + 1
    ))
    .bind_all(filter.values())
    .all(&me.app.db)
    .await?;
    let mut items: Vec<Notice> = rows
        .iter()
        .map(|row| {
            Ok(Notice {
                id: row.get("id")?,
                reason: row.get("reason")?,
                request_id: row.get("item_id")?,
                number: row.get("number")?,
                title: row.get("title")?,
                href: row.get("href")?,
                by: row.get("actor_name")?,
                at: from_micros(row.get("created_at")?).to_string(),
                read: row.get::<Option<i64>>("read_at")?.is_some(),
            })
        })
        .collect::<Result<_>>()?;
    let more = items.len() as i64 > SHOWN;
    items.truncate(usize::try_from(SHOWN).unwrap_or(0));
    let next = items.last().filter(|_| more).map(|n| n.id.clone());
    Ok(Notices { items, next })
}

/// What happened, in words.
pub fn words(lang: Lang, notice: &Notice) -> String {
    let by = &notice.by;
    match notice.reason.as_str() {
        "mentioned" => t!(lang, "{name} mentioned you", name = by),
        "assigned" => t!(lang, "{name} gave this to you", name = by),
        "approval" => t!(lang, "Your yes or no is wanted").to_owned(),
        "refused" => t!(lang, "{name} refused", name = by),
        "task" => t!(lang, "A task changed").to_owned(),
        "your_turn" => t!(lang, "{name} waits for you", name = by),
        "answered" => t!(lang, "{name} wrote an answer", name = by),
        "moved" => t!(lang, "{name} moved it to the next step", name = by),
        "resumed" => t!(lang, "{name} answered; work goes on", name = by),
        "approved" => t!(lang, "{name} approved it", name = by),
        "changes_asked" => t!(lang, "{name} asked for changes", name = by),
        "done" => t!(lang, "{name} finished it", name = by),
        "declined" => t!(lang, "{name} declined it", name = by),
        "cancelled" => t!(lang, "{name} took it back", name = by),
        "reopened" => t!(lang, "{name} opened it again", name = by),
        "rated" => t!(lang, "{name} rated it", name = by),
        "later" => t!(lang, "It is promised for a later time now").to_owned(),
        "sooner" => t!(lang, "It is promised for an earlier time now").to_owned(),
        "plan_stopped" => t!(
            lang,
            "It is not ordered any more, because an order was refused"
        )
        .to_owned(),
        "reminder" => t!(lang, "A reminder: this waits for you").to_owned(),
        "timer" => t!(lang, "It has been here for a while").to_owned(),
        "timer_blocked" => t!(lang, "It could not go on by itself").to_owned(),
        "closed_by_itself" => t!(lang, "It was closed, because no answer came").to_owned(),
        "went_on" => t!(lang, "It went on, because nobody objected").to_owned(),
        "merged" => t!(lang, "{name} merged it into another request", name = by),
        "incident_update" => t!(lang, "{name} says how the fault stands", name = by),
        "restored" => t!(lang, "It works again").to_owned(),
        "end_due" => t!(lang, "It was meant to be over by now: say how it stands").to_owned(),
        "status" => t!(lang, "Something was announced").to_owned(),
        "major" => t!(lang, "{name} declared a major incident", name = by),
        "manager" => t!(lang, "{name} made you incident manager", name = by),
        "update_due" => t!(lang, "The update you promised is overdue").to_owned(),
        "cause_fixed" => t!(lang, "The cause was found and fixed").to_owned(),
        "policy_new" => t!(lang, "Read it and confirm it").to_owned(),
        "policy_due" => t!(lang, "A reminder: this waits for you to confirm it").to_owned(),
        "exception_asked" => t!(lang, "{name} asks for an exception", name = by),
        "exception_answered" => t!(lang, "{name} decided on your exception", name = by),
        "exception_ends" => t!(lang, "An exception ends in a week").to_owned(),
        "rights_end" => t!(lang, "The right to use it ends soon").to_owned(),
        "proof_asked" => t!(lang, "{name} asks you to look at this", name = by),
        "proof_again" => t!(lang, "There is a new version to look at").to_owned(),
        "proof_comment" => t!(lang, "{name} commented on your proof round", name = by),
        "proof_reply" => t!(lang, "{name} answered in a thread", name = by),
        "proof_decided" => t!(lang, "{name} decided on your proof round", name = by),
        "proof_due" => t!(lang, "Your answer is wanted by tomorrow").to_owned(),
        "proof_late" => t!(lang, "Not everybody has answered in time").to_owned(),
        "review_due" => t!(lang, "It is time to look at it again").to_owned(),
        "article_review" => t!(lang, "{name} asks you to approve this answer", name = by),
        "article_returned" => t!(lang, "{name} wants something changed", name = by),
        "article_published" => t!(
            lang,
            "{name} approved your answer; it is published",
            name = by
        ),
        "article_comment" => t!(lang, "{name} commented on this answer", name = by),
        "step" => t!(lang, "{name} gave you a step of a playbook", name = by),
        "decided" => t!(lang, "{name} recorded what a meeting decided", name = by),
        "urgent_change" => t!(lang, "{name} called it an urgent change", name = by),
        "invited" => t!(lang, "{name} made you a member of this meeting", name = by),
        "meeting_soon" => t!(lang, "It begins within a day").to_owned(),
        "minutes" => t!(lang, "{name} published the minutes", name = by),
        "amended" => t!(lang, "{name} added to the minutes", name = by),
        "called_off" => t!(lang, "{name} called the meeting off", name = by),
        "automation" => t!(lang, "Reminder by the rule “{name}”", name = by),
        "rule_stopped" => {
            t!(lang, "Your rule went round in circles here and was stopped").to_owned()
        }
        "rule_parked" => t!(lang, "Your rule could not be carried out here").to_owned(),
        "webhook_paused" => t!(
            lang,
            "This endpoint of a webhook is paused: it failed for a whole day"
        )
        .to_owned(),
        "stands_in" => t!(
            lang,
            "{name} waits for somebody for whom you stand in",
            name = by
        ),
        "post_mortem" => t!(lang, "{name} published a post-mortem", name = by),
        _ => t!(lang, "The promise is at risk").to_owned(),
    }
}

/// GET /inbox
pub async fn inbox(me: Me, Query(asked): Query<Asked>) -> Result<Response> {
    let lang = me.lang();
    let works = policy::works(&me.actor);
    let notices = load(&me, asked.after.as_deref()).await?;
    let title = t!(lang, "Inbox");
    let unread = notices.items.iter().any(|n| !n.read);
    let all_read = html! {
        @if unread {
            form method="post" action="/inbox/read" {
                (button(Button { label: t!(lang, "Mark all as read"), kind: Kind::Line, size: Size::Small, ..Button::default() }))
            }
        }
    };
    let list = html! {
        @if notices.items.is_empty() {
            (empty("bell", t!(lang, "Nothing new"), t!(lang, "When somebody answers you or needs you, it stands here."), html! {}))
        } @else {
            ul class="rq" { @for notice in &notices.items { (line(&me, notice)) } }
        }
        @if let Some(next) = &notices.next {
            p class="mt-4" { a class="btn btn-line" href={ "/inbox?after=" (next) } { (t!(lang, "Older")) } }
        }
    };
    let page = if works {
        let body = html! {
            (title_bar(title, html! {}, all_read))
            div class="panel-body" { (list) }
        };
        shell::workspace(&me, "/inbox", title, body).await?
    } else {
        let body = html! {
            div class="wrap stack page" {
                h1 tabindex="-1" { (title) }
                (all_read)
                (list)
            }
        };
        shell::portal(&me, "/inbox", title, body).await?
    };
    Ok(page.into_response())
}

fn line(me: &Me, notice: &Notice) -> Markup {
    let lang = me.lang();
    let at = notice.at.parse().unwrap_or(me.now);
    html! {
        li {
            div {
                @if !notice.read { span class="pill pill-info" { (t!(lang, "new")) } " " }
                a class="ttl" href={ "/inbox/" (notice.id) } { (notice.title) }
                p class="muted small" { (words(lang, notice)) }
            }
            span class="num muted small" { @if let Some(number) = notice.number { (number) } }
            time class="muted small" datetime=(notice.at) { (fmt::when(lang, at, me.now, &me.prefs.zone)) }
        }
    }
}

/// GET /inbox/{notification}: leads to what it is about. Reading is noted, which
/// changes nothing that anybody else sees.
pub async fn open(me: Me, Path(id): Path<String>) -> Result<Response> {
    let mut tx = me.app.db.begin().await?;
    let row = sql(
        "SELECT w.number, n.href FROM notification n LEFT JOIN work_item w ON w.id = n.item_id
         WHERE n.id = $1 AND n.person_id = $2",
    )
    .bind(&id)
    .bind(&me.actor.id)
    .opt(&mut tx)
    .await?
    .ok_or(Error::NotFound)?;
    let number: Option<i64> = row.get("number")?;
    let href: Option<String> = row.get("href")?;
    // Everything about this thing has been seen then.
    sql(
        "UPDATE notification SET read_at = $1 WHERE person_id = $2 AND read_at IS NULL
           AND (id = $3 OR item_id = (SELECT item_id FROM notification WHERE id = $3)
             OR href = (SELECT href FROM notification WHERE id = $3))",
    )
    .bind(me.now.as_microsecond())
    .bind(&me.actor.id)
    .bind(&id)
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    let base = if policy::works(&me.actor) {
        "/work"
    } else {
        "/requests"
    };
    Ok(match (number, href) {
        (Some(number), _) => see_other(&format!("{base}/{number}"), None),
        (None, href) => see_other(&href.unwrap_or_default(), None),
    })
}

async fn read_everything(me: &Me) -> Result<()> {
    let mut tx = me.app.db.begin().await?;
    sql("UPDATE notification SET read_at = $1 WHERE person_id = $2 AND read_at IS NULL")
        .bind(me.now.as_microsecond())
        .bind(&me.actor.id)
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// POST /inbox/read
pub async fn read_all(me: Me) -> Result<Response> {
    read_everything(&me).await?;
    Ok(see_other(
        "/inbox",
        Some(Flash::new(t!(me.lang(), "All read."))),
    ))
}

/// GET /api/v1/notifications
pub async fn api_list(me: Me, Query(asked): Query<Asked>) -> Result<Json<Notices>> {
    Ok(Json(load(&me, asked.after.as_deref()).await?))
}

/// POST /api/v1/notifications/read
pub async fn api_read(me: Me) -> Result<StatusCode> {
    read_everything(&me).await?;
    Ok(StatusCode::NO_CONTENT)
}
