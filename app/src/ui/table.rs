//! Tables with groups and bulk selection, filters, pager.

use super::field::some;
use super::icon::icon_s;
use crate::i18n::{Lang, fmt, t, tn};
use maud::{Markup, html};

/// A column heading. With `sort`, it is a link to the list in that order.
#[derive(Debug, Clone, Copy, Default)]
pub struct Col<'a> {
    pub label: &'a str,
    pub sort: &'a str,
    /// "ascending" or "descending" if the list is in this order.
    pub sorted: &'a str,
    /// Numbers stand right.
    pub number: bool,
}

/// Rows under a heading of their own, made by [`row`]. Without a label the
/// heading is left out.
#[derive(Debug, Clone, Default)]
pub struct Group<'a> {
    pub label: &'a str,
    pub count: i64,
    pub rows: Markup,
}

/// A table in its scroll area. `caption` names both.
#[derive(Debug, Clone, Copy, Default)]
pub struct Table<'a> {
    pub id: &'a str,
    pub caption: &'a str,
    pub cols: &'a [Col<'a>],
    /// Has a tick in each row; the table must stand in a [`bulk`] form.
    pub ticks: bool,
}

/// A real `<table>`, ready for the keys J, K and X.
pub fn table(lang: Lang, spec: &Table<'_>, groups: &[Group<'_>]) -> Markup {
    let width = spec.cols.len() + usize::from(spec.ticks);
    html! {
        div class="table-wrap" tabindex="0" role="region" aria-label=(spec.caption) {
            table class="table" id=[some(spec.id)] data-rows {
                caption class="vh" { (spec.caption) }
                thead { tr {
                    @if spec.ticks {
                        th scope="col" class="tickcell" { input class="tick js" type="checkbox" data-all aria-label=(t!(lang, "Select all on this page")); }
                    }
                    @for col in spec.cols {
                        th scope="col" class=[col.number.then_some("num")] aria-sort=[some(col.sorted)] {
                            @if col.sort.is_empty() { (col.label) }
                            @else {
                                a href=(col.sort) { (col.label)
                                    @if !col.sorted.is_empty() { (icon_s(if col.sorted == "ascending" { "up" } else { "dn" })) } }
                            }
                        }
                    }
                } }
                @for group in groups {
                    tbody {
                        @if !group.label.is_empty() {
                            tr class="grp" { th colspan=(width) scope="rowgroup" {
                                (group.label) span class="count" { (fmt::number(lang, group.count)) }
                            } }
                        }
                        (group.rows)
                    }
                }
            }
        }
    }
}

/// What a row shows first: the title is the link, the row is not.
#[derive(Debug, Clone, Copy, Default)]
pub struct Row<'a> {
    /// Unique in the page; posted as `ids` when ticked.
    pub id: &'a str,
    /// What the tick is called: "Select 2481".
    pub number: &'a str,
    pub href: &'a str,
    pub title: &'a str,
    /// The second line.
    pub sub: &'a str,
    pub ticks: bool,
    pub ticked: bool,
}

/// A row: tick, title, then `cells`, each a `<td>`.
pub fn row(lang: Lang, r: &Row<'_>, cells: Markup) -> Markup {
    html! {
        tr id={ "row-" (r.id) } class=[r.ticked.then_some("sel")] {
            @if r.ticks {
                td class="tickcell" { input class="tick" type="checkbox" name="ids" value=(r.id) checked[r.ticked]
                    aria-label=(t!(lang, "Select {number}", number = r.number)); }
            }
            td class="main" {
                div class="clip" { a class="ttl" href=(r.href) { (r.title) } }
                div class="sub clip" { span class="num" { (r.number) } @if !r.number.is_empty() && !r.sub.is_empty() { " · " } (r.sub) }
            }
            (cells)
        }
    }
}

/// The form around a table with ticks, and the bar that appears when rows are
/// ticked. `actions` are submit buttons and selects of the bar; what they post
/// goes to `action` together with `ids`. Without a script the bar is always
/// there. `all` is the number of rows in the whole list if it has more pages:
/// then `all=yes` can be posted too.
pub fn bulk(lang: Lang, action: &str, all: Option<i64>, actions: Markup, table: Markup) -> Markup {
    html! {
        form method="post" action=(action) data-bulk {
            div class="toolbar bulk" role="group" aria-label=(t!(lang, "Actions for selected rows")) {
                strong data-count data-one=(tn!(lang, 1, "{n} selected", "{n} selected"))
                    data-many=(lang.n(2, "{n} selected", "{n} selected")) { (t!(lang, "Selected rows")) }
                @if let Some(all) = all {
                    label class="check small js" data-all-pages hidden {
                        input type="checkbox" name="all" value="yes"; span { (t!(lang, "Select all {n}", n = fmt::number(lang, all))) } }
                }
                (actions)
                span class="end js" {
                    button class="btn btn-s btn-quiet" type="button" data-clear { (t!(lang, "Clear")) " " kbd { "Esc" } }
                }
            }
            (table)
        }
    }
}

/// A filter that is set or can be set.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chip<'a> {
    /// What is posted; choosing nothing takes the filter away.
    pub name: &'a str,
    pub label: &'a str,
    pub icon: &'a str,
    /// The chosen option in words; empty if none is.
    pub chosen: &'a str,
    /// Value, label, whether chosen.
    pub options: &'a [(&'a str, &'a str, bool)],
    /// More than one may be chosen.
    pub many: bool,
}

/// Filters as chips that open lists. A plain GET form: the state is the address.
/// `keep` are further values of the address, such as the order.
pub fn filter_bar(
    lang: Lang,
    action: &str,
    keep: &[(&str, &str)],
    chips: &[Chip<'_>],
    end: Markup,
) -> Markup {
    let any = chips.iter().any(|chip| !chip.chosen.is_empty());
    html! {
        form class="toolbar filters" method="get" action=(action) role="search" aria-label=(t!(lang, "Filter")) {
            @for (name, value) in keep { input type="hidden" name=(name) value=(value); }
            @for chip in chips {
                details class="drop-down" name="filters" {
                    summary class={ "chip" @if !chip.chosen.is_empty() { " on" } } {
                        @if !chip.icon.is_empty() { (icon_s(chip.icon)) }
                        @if chip.chosen.is_empty() { (chip.label) } @else { b { (chip.label) } " " (chip.chosen) }
                    }
                    fieldset class="menu" {
                        legend class="vh" { (chip.label) }
                        @if !chip.many { label class="mi check" { input type="radio" name=(chip.name) value="" checked[chip.chosen.is_empty()];
                            span { (t!(lang, "Any")) } } }
                        @for (value, label, chosen) in chip.options {
                            label class="mi check" {
                                input type=(if chip.many { "checkbox" } else { "radio" }) name=(chip.name) value=(value) checked[*chosen];
                                span { (label) }
                            }
                        }
                        button class="btn btn-s btn-primary btn-block mt-2" { (t!(lang, "Show")) }
                    }
                }
            }
            @if any { a class="chip chip-dash" href=(action) { (icon_s("x")) (t!(lang, "Clear filters")) } }
            span class="end" { (end) }
        }
    }
}

/// "1–12 of 47", and the pages before and after; an empty address greys one out.
pub fn pager(lang: Lang, shown: (i64, i64), total: i64, prev: &str, next: &str) -> Markup {
    let step = |label: &str, href: &str, rel: &str| {
        html! { a class="btn btn-s btn-line" href=[some(href)] rel=(rel) aria-disabled=[href.is_empty().then_some("true")] { (label) } }
    };
    html! {
        nav class="pager" aria-label=(t!(lang, "Pages")) {
            span {
                (t!(lang, "{from}–{to} of {total}", from = fmt::number(lang, shown.0), to = fmt::number(lang, shown.1),
                    total = fmt::number(lang, total)))
            }
            span class="end" { (step(t!(lang, "Previous"), prev, "prev")) (step(t!(lang, "Next"), next, "next")) }
        }
    }
}
