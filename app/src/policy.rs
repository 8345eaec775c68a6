//! Who may do what, in one place.
//!
//! Two kinds of question are answered here and nowhere else:
//! * may this actor do that to this thing ([`on_item`], [`require_item`], …);
//! * which things may this actor see, as a condition that every look-up takes
//!   ([`visible_items`]).
//!
//! A thing that may not be seen is answered like a thing that does not exist.

use mil_db::{Value, Where};

use crate::actor::{Actor, Role};
use crate::error::{Error, Msg, Result};

/// What somebody wants to do to a work item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Do {
    View,
    /// Read and write internal notes, see agents' fields.
    SeeInternal,
    /// Answer where the requester reads it, attach files.
    Reply,
    /// Assign, move, tick, edit fields and priority, link, merge.
    Work,
    /// Say yes or no in the requester's place at the table.
    Decide,
    /// Take the order back.
    Cancel,
    Reopen,
    Rate,
    /// Follow, and let others follow.
    Watch,
}

impl Do {
    /// Every one of them, for the role matrix.
    pub const ALL: [Do; 9] = [
        Do::View,
        Do::SeeInternal,
        Do::Reply,
        Do::Work,
        Do::Decide,
        Do::Cancel,
        Do::Reopen,
        Do::Rate,
        Do::Watch,
    ];
}

/// What the policy needs to know about a work item.
#[derive(Debug, Clone, Default)]
pub struct ItemFacts {
    /// Who ordered it.
    pub requester_id: String,
    /// Who works on it.
    pub assignee_id: Option<String>,
    /// The team that owns its stage.
    pub team_id: String,
    /// Whether the actor follows it.
    pub watched: bool,
}

/// Whether `actor` may do `verb` to the item.
pub fn on_item(actor: &Actor, verb: Do, item: &ItemFacts) -> bool {
    let mine = item.requester_id == actor.id;
    let works_here = match actor.role {
        Role::Marketer | Role::Lead | Role::Administrator => true,
        Role::ItPartner => {
            actor.team_ids.contains(&item.team_id)
                || item.assignee_id.as_deref() == Some(actor.id.as_str())
        }
        Role::Requester | Role::Partner => false,
    };
    let sees = mine || works_here || item.watched;
    match verb {
        Do::View | Do::Watch => sees,
        Do::Reply => sees,
        Do::SeeInternal => works_here || (item.watched && actor.role.is_agent()),
        Do::Work => works_here,
        Do::Decide | Do::Rate => mine,
        Do::Cancel | Do::Reopen => mine || works_here,
    }
}

/// [`on_item`] as a result: what may not be seen is not there.
pub fn require_item(actor: &Actor, verb: Do, item: &ItemFacts) -> Result<()> {
    if !on_item(actor, Do::View, item) {
        return Err(Error::NotFound);
    }
    if on_item(actor, verb, item) {
        return Ok(());
    }
    Err(Error::Forbidden(match verb {
        Do::Decide | Do::Rate => {
            Msg::new("Only the person who ordered this can do that. Ask them to answer.")
        }
        _ => Msg::new("Your role may look at this request but not change it."),
    }))
}

/// The items `actor` may see, as a condition on `work_item` (alias `w`).
pub fn visible_items(actor: &Actor, filter: &mut Where) {
    let me = || Value::from(actor.id.as_str());
    match actor.role {
        Role::Marketer | Role::Lead | Role::Administrator => {}
        Role::ItPartner => {
            let teams: Vec<Value> = actor.team_ids.iter().map(Into::into).collect();
            let marks = if teams.is_empty() {
                "NULL".to_owned()
            } else {
                vec!["?"; teams.len()].join(", ")
            };
            filter.and(
                &format!(
                    "w.requester_id = ? OR w.assignee_id = ? OR w.team_id IN ({marks}) OR EXISTS \
                     (SELECT 1 FROM watcher v WHERE v.item_id = w.id AND v.person_id = ?)"
                ),
                [me(), me()].into_iter().chain(teams).chain([me()]),
            );
        }
        Role::Requester | Role::Partner => {
            filter.and(
                "w.requester_id = ? OR EXISTS \
                 (SELECT 1 FROM watcher v WHERE v.item_id = w.id AND v.person_id = ?)",
                [me(), me()],
            );
        }
    }
}

/// Whether `actor` runs the installation: people, branding, audit log.
pub fn administers(actor: &Actor) -> bool {
    actor.role == Role::Administrator
}

/// Whether `actor` shapes the catalog: services, processes, calendars, promises.
pub fn shapes_catalog(actor: &Actor) -> bool {
    matches!(actor.role, Role::Lead | Role::Administrator)
}

/// Whether `actor` works in the workspace.
pub fn works(actor: &Actor) -> bool {
    actor.role.is_agent()
}

/// An error unless `allowed`.
pub fn require(allowed: bool) -> Result<()> {
    if allowed {
        Ok(())
    } else {
        Err(Error::Forbidden(Msg::new(
            "Your role may not do this. An administrator can change roles.",
        )))
    }
}

/// What the policy needs to know about an article of the knowledge base.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct ArticleFacts {
    pub audience: crate::knowledge::model::Audience,
    /// For whom it is, when it is for departments.
    pub departments: Vec<String>,
    /// Published, not expired and not archived.
    pub live: bool,
}

/// Whether `actor` writes articles, and so sees drafts and all audiences.
pub fn writes_articles(actor: &Actor) -> bool {
    matches!(
        actor.role,
        Role::Marketer | Role::Lead | Role::Administrator
    )
}

/// Whether `actor` may open an article; `None` is somebody without an account.
pub fn reads_article(actor: Option<&Actor>, article: &ArticleFacts) -> bool {
    use crate::knowledge::model::Audience;
    let Some(actor) = actor else {
        return article.live && article.audience == Audience::Public;
    };
    let outside = actor.role == Role::Partner;
    writes_articles(actor)
        || article.live
            && match article.audience {
                Audience::Public | Audience::SignedIn => true,
                Audience::Staff => !outside,
                Audience::Departments => {
                    !outside
                        && actor
                            .department_id
                            .as_ref()
                            .is_some_and(|mine| article.departments.contains(mine))
                }
                Audience::Internal => works(actor),
            }
}

/// The articles that `actor` may open, as a condition on `article` (alias `a`):
/// the same as [`reads_article`].
pub fn visible_articles(actor: Option<&Actor>, now: jiff::Timestamp, filter: &mut Where) {
    if actor.is_some_and(writes_articles) {
        return;
    }
    live_articles(now, filter);
    let Some(actor) = actor else {
        filter.and("a.audience = 'public'", []);
        return;
    };
    if actor.role == Role::Partner {
        filter.and("a.audience IN ('public', 'signed_in')", []);
        return;
    }
    let internal = if works(actor) { ", 'internal'" } else { "" };
    filter.and(
        &format!(
            "a.audience IN ('public', 'signed_in', 'staff'{internal}) OR (a.audience = 'departments' AND EXISTS \
             (SELECT 1 FROM article_department d WHERE d.article_id = a.id AND d.department_id = ?))"
        ),
        [actor.department_id.clone().into()],
    );
}

/// Articles that are published, not expired and not archived.
pub fn live_articles(now: jiff::Timestamp, filter: &mut Where) {
    filter.and(
        "a.published_at IS NOT NULL AND a.archived_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > ?)",
        [now.as_microsecond().into()],
    );
}

/// What the policy needs to know about an announcement.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct AnnouncementFacts {
    pub audience: crate::announcements::model::Audience,
    /// Departments and teams, when it is for groups.
    pub groups: Vec<crate::announcements::model::Group>,
    /// Published, its time has come, and not taken back.
    pub live: bool,
}

/// Whether `actor` writes announcements, and so sees drafts and all audiences.
pub fn announces(actor: &Actor) -> bool {
    matches!(
        actor.role,
        Role::Marketer | Role::Lead | Role::Administrator
    )
}

/// Whether `actor` may read an announcement; `None` is somebody without an account.
pub fn reads_announcement(actor: Option<&Actor>, what: &AnnouncementFacts) -> bool {
    use crate::announcements::model::Audience;
    let Some(actor) = actor else {
        return what.live && what.audience == Audience::Public;
    };
    announces(actor)
        || what.live
            && match what.audience {
                Audience::Public | Audience::Everyone => true,
                Audience::Staff => actor.role != Role::Partner,
                Audience::Partners => actor.role == Role::Partner,
                Audience::Groups => what.groups.iter().any(|g| {
                    if g.team {
                        actor.team_ids.contains(&g.id)
                    } else {
                        actor.department_id.as_ref() == Some(&g.id)
                    }
                }),
            }
}

/// The announcements that `actor` may read, as a condition on `announcement`
/// (alias `a`): the same as [`reads_announcement`].
pub fn visible_announcements(actor: Option<&Actor>, now: jiff::Timestamp, filter: &mut Where) {
    if actor.is_some_and(announces) {
        filter.and("a.withdrawn_at IS NULL", []);
        return;
    }
    filter.and(
        "a.withdrawn_at IS NULL AND a.publish_at <= ?",
        [now.as_microsecond().into()],
    );
    let Some(actor) = actor else {
        filter.and("a.audience = 'public'", []);
        return;
    };
    let kind = if actor.role == Role::Partner {
        "partners"
    } else {
        "staff"
    };
    let teams: Vec<Value> = actor.team_ids.iter().map(Into::into).collect();
    let marks = if teams.is_empty() {
        "NULL".to_owned()
    } else {
        vec!["?"; teams.len()].join(", ")
    };
    filter.and(
        &format!(
            "a.audience IN ('public', 'everyone', '{kind}') OR (a.audience = 'groups' AND EXISTS \
             (SELECT 1 FROM announcement_group g WHERE g.announcement_id = a.id AND \
              ((g.kind = 'department' AND g.group_id = ?) OR (g.kind = 'team' AND g.group_id IN ({marks})))))"
        ),
        [actor.department_id.clone().into()].into_iter().chain(teams),
    );
}
