//! Parts of pages as functions: `fn(lang, &Spec) -> Markup`.
//!
//! A spec is a small struct of strings, numbers and enums; fill in what you need
//! and end with `..Default::default()`. Nothing here knows a feature or the
//! database. `gallery::page` shows every part in every state.
//!
//! # Map
//! - [`shell`]: `portal`, `workspace`, `bare` (whole pages from a `Page`), `bar`,
//!   `bar_back`, `split`, `cols`
//! - [`button`]: `button`, `link_button`, `seg`; [`icon`]: `icon`, `icon_s`, `icon_l`
//! - [`field`]: `text email password url date time number textarea`, `field` (your
//!   own control), `error_summary`, `fieldset`, `two`
//! - [`choice`]: `choices` (cards), `checks`, `check`, `select`, `combobox`,
//!   `remote` (people and the like), `files`, `upload`
//! - [`clock`]: `stage`, `sla`, `promise_card`, `promise_block`, `pipeline`
//! - [`talk`]: `feed` of `say` and `event`, `file_link`, `editor`, `who`
//! - [`table`]: `bulk` around `table` of `Group`s of `row`s, `filter_bar`, `pager`
//! - [`block`]: `card`, `service_card`, `rail_block`, `turn`, `notice`, `empty`, `pill`,
//!   `avatar`, `props`, `crumbs`, `tabs`, `todo`, `section_head`
//! - [`overlay`]: `dialog`, `menu`, `toast`; [`board`]: `board`, `board_card`
//!
//! # Pages and parts
//! Every address answers a whole page made by a shell. `hx-boost` on `<body>`
//! lets links and forms load it in the background; `mil.js` then puts the new
//! `#main`, `#nav`, `#tabs`, `#tools`, `#toasts` and `<title>` in place and moves
//! the focus to the `h1`. So a handler need not know: it answers the same page
//! with and without a script, and redirects after a POST (303). When the shell or
//! the build differs, the browser loads the page in the plain way. A form with
//! errors is answered with 422 and the whole page, with `error_summary` on top.
//!
//! A part that changes on its own has an id and its own address (`/r/2481/feed`)
//! that answers just that element. It asks with `hx-get` and `hx-swap="outerHTML"`;
//! nothing is inherited from `<body>` but the boost. An action on a part is a real
//! form: `method` and `action`, and beside them `hx-post` and `hx-target`. Its
//! handler answers the part if `HX-Request` is there and `HX-Boosted` is not, and
//! redirects otherwise. After such an answer the focus stays, and the header
//! `HX-Trigger: {"mil:say":"2474 moved to Review"}` is read out, or
//! `{"mil:toast":{"text":"…","undo":"/…"}}` is shown.
//! Links that load a file need `hx-boost="false"`. What scripts look for is in
//! `hooks.md` beside this file.

pub mod block;
pub mod board;
pub mod button;
pub mod choice;
pub mod clock;
pub mod field;
pub mod gallery;
pub mod icon;
pub mod overlay;
pub mod shell;
pub mod table;
pub mod talk;
#[cfg(test)]
mod tests;
