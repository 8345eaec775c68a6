//! The board: columns of cards. Dragging is extra; every card has a Move menu.

use super::block::{avatar_none, avatar_s};
use super::clock::{Sla, sla};
use super::icon::icon_s;
use crate::i18n::{Lang, t, tn};
use maud::{Markup, html};

/// A request on the board.
#[derive(Debug, Clone, Copy, Default)]
pub struct Card<'a> {
    /// Unique in the page; the card's element is `card-{id}`.
    pub id: &'a str,
    pub number: &'a str,
    pub unit: &'a str,
    pub title: &'a str,
    pub href: &'a str,
    pub sla: Sla<'a>,
    /// Done and all.
    pub checks: Option<(usize, usize)>,
    pub files: usize,
    /// Empty if nobody has it.
    pub owner: &'a str,
    /// Posted to with `stage`; empty if this reader may not move it.
    pub move_url: &'a str,
    /// Where it may go: key and name of each stage.
    pub moves: &'a [(&'a str, &'a str)],
}

/// A column, which is a stage.
#[derive(Debug, Clone, Copy, Default)]
pub struct Column<'a> {
    /// The key of the stage.
    pub key: &'a str,
    pub name: &'a str,
    pub count: usize,
    pub limit: Option<usize>,
    /// "11 this week", in place of the count.
    pub note: &'a str,
    pub cards: &'a [Card<'a>],
    /// Where the cards beyond these are listed.
    pub more: Option<(&'a str, usize)>,
}

/// The board with all its columns.
pub fn board(lang: Lang, id: &str, columns: &[Column<'_>]) -> Markup {
    html! {
        div class="board" id=(id) tabindex="0" role="region" aria-label=(t!(lang, "Board, scrolls sideways")) data-board {
            @for col in columns {
                section class={ "col" @if over(col) { " over" } } aria-label=(col.name) data-stage=(col.key) {
                    div class="col-h" {
                        h2 { (col.name) }
                        span class="wip" title=[col.limit.map(|_| t!(lang, "Work in progress limit"))] {
                            @if !col.note.is_empty() { (col.note) }
                            @else if let Some(limit) = col.limit { (t!(lang, "{n} of {limit}", n = col.count, limit = limit)) }
                            @else { (col.count) }
                        }
                    }
                    ol class="stack" { @for card in col.cards { (board_card(lang, card)) } }
                    @if let Some((href, count)) = col.more {
                        a class="btn btn-quiet btn-s btn-block" href=(href) { (tn!(lang, count, "{n} more", "{n} more")) }
                    }
                }
            }
        }
    }
}

/// One card. The browser drags it by submitting its own Move form.
pub fn board_card(lang: Lang, card: &Card<'_>) -> Markup {
    let menu = format!("move-{}", card.id);
    let movable = !card.move_url.is_empty() && !card.moves.is_empty();
    html! {
        li class="kc" id={ "card-" (card.id) } data-number=(card.number) draggable=[movable.then_some("true")]
            tabindex="-1" {
            div class="top" {
                span class="num" { (card.number) }
                span class="clip" { (card.unit) }
                @if movable {
                    button class="btn btn-quiet" type="button" popovertarget=(menu) aria-haspopup="menu" data-key="m"
                        aria-label=(t!(lang, "Move {number}", number = card.number)) { (icon_s("dots")) }
                }
            }
            a href=(card.href) draggable="false" { (card.title) }
            div { (sla(&card.sla)) }
            div class="bot" {
                @if let Some((done, all)) = card.checks {
                    span { (icon_s("okc")) (done) "/" (all) span class="vh" { " " (t!(lang, "checks done")) } }
                }
                @if card.files > 0 {
                    span { (icon_s("clip")) span aria-hidden="true" { (card.files) }
                        span class="vh" { (tn!(lang, card.files, "{n} file", "{n} files")) } }
                }
                @if card.owner.is_empty() { (avatar_none(lang)) } @else { (avatar_s(card.owner)) }
            }
            @if movable {
                form class="menu" id=(menu) popover method="post" action=(card.move_url) data-menu data-move {
                    p class="nav-h" { (t!(lang, "Move to")) }
                    @for (key, name) in card.moves { button class="mi" name="stage" value=(key) { (name) } }
                }
            }
        }
    }
}

fn over(col: &Column<'_>) -> bool {
    col.limit.is_some_and(|limit| col.count > limit)
}
