//! The sizes that are made of every picture: the list, and the form of one's own.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::json;

use crate::admin::frame;
use crate::assets::rights::Channel;
use crate::assets::sizes::{self, Draft, Fit, Format, QUALITY, SIDES, Size};
use crate::assets::take;
use crate::error::{Error, FieldError, Result};
use crate::i18n::{Lang, fmt, t, tn};
use crate::ui::block::{Tone, notice, pill};
use crate::ui::choice::{Opt, choices, select};
use crate::ui::field::{Field, Number, number, text, two};
use crate::ui::table::{Col, Group, Row, Table, row, table};
use crate::web::input::Posted;
use crate::web::{Flash, Me, Wrong, see_other};

/// The name of a size in the reader's language.
fn name(lang: Lang, size: &Size) -> String {
    if size.custom {
        size.is.name.clone()
    } else {
        take::known_name(lang, &size.key).to_owned()
    }
}

/// GET /admin/sizes
pub async fn list(me: Me) -> Result<Markup> {
    let lang = me.lang();
    let all = sizes::list(&me.app.db).await?;
    let waiting = sizes::waiting(&me.app.db).await?;
    let rows = html! {
        @for size in &all {
            @let shape = format!("{} × {}", size.is.width, size.is.height);
            @let to = if size.custom { format!("/admin/sizes/{}", size.key) } else { String::new() };
            (row(lang, &Row { id: &size.key, href: &to, title: &name(lang, size), sub: &shape, ..Row::default() }, html! {
                td { (size.is.channel.label(lang)) }
                td { (size.is.fit.label(lang)) }
                td { (size.is.format.label(lang)) }
                td class="num" { (fmt::number(lang, size.made)) }
                td { @if size.custom { (pill(Tone::Line, "", t!(lang, "Made here"))) } @else { span class="muted" { (t!(lang, "Comes with it")) } } }
            }))
        }
    };
    let col = |label| Col {
        label,
        ..Col::default()
    };
    let cols = [
        col(t!(lang, "Size")),
        col(t!(lang, "Taken for")),
        col(t!(lang, "Shape")),
        col(t!(lang, "Format")),
        Col {
            number: true,
            ..col(t!(lang, "Pictures"))
        },
        col(t!(lang, "Origin")),
    ];
    let spec = Table {
        id: "sizes",
        caption: t!(lang, "Sizes of pictures"),
        cols: &cols,
        ..Table::default()
    };
    let groups = [Group {
        rows,
        ..Group::default()
    }];
    let main = html! {
        p class="muted" { (t!(lang, "Every picture of the asset library is offered in these sizes. A new one is also made of what is there already.")) }
        @if waiting > 0 {
            (notice(Tone::Info, "clock", &tn!(lang, waiting, "{n} picture is still being prepared.", "{n} pictures are still being prepared."),
                html! { (t!(lang, "New uploads go first. Load this page again to see how far it is.")) }))
        }
        (table(lang, &spec, &groups))
    };
    frame::page(
        &me,
        t!(lang, "Sizes of pictures"),
        (t!(lang, "Administration"), "/admin"),
        frame::new_link("/admin/sizes/new", t!(lang, "New size")),
        main,
        None,
    )
    .await
}

/// The form as it was typed.
#[derive(Default)]
struct Typed {
    is: Option<Draft>,
    wrong: Vec<FieldError>,
    name: String,
    channel: String,
    width: String,
    height: String,
    fit: String,
    format: String,
    quality: String,
    version: Option<i64>,
}

impl Typed {
    fn of(draft: &Draft, version: Option<i64>) -> Typed {
        Typed {
            name: draft.name.clone(),
            channel: draft.channel.key().to_owned(),
            width: draft.width.to_string(),
            height: draft.height.to_string(),
            fit: draft.fit.key().to_owned(),
            format: draft.format.key().to_owned(),
            quality: draft.quality.to_string(),
            version,
            ..Typed::default()
        }
    }

    fn read(form: &Posted) -> Result<Typed> {
        let one = |name: &str| -> String {
            let found = form.0.get(name).and_then(|values| values.first());
            found.map(|text| text.trim().to_owned()).unwrap_or_default()
        };
        let mut typed = Typed {
            name: one("name"),
            channel: one("channel"),
            width: one("width"),
            height: one("height"),
            fit: one("fit"),
            format: one("format"),
            quality: one("quality"),
            version: frame::version(&one("version"))?,
            ..Typed::default()
        };
        // What is no number is as far out of range as can be.
        let digits = |text: &str| text.parse().unwrap_or(0);
        let draft = Draft {
            name: typed.name.clone(),
            channel: Channel::from_key(&typed.channel).unwrap_or(Channel::Web),
            width: digits(&typed.width),
            height: digits(&typed.height),
            fit: Fit::from_key(&typed.fit).unwrap_or(Fit::Inside),
            format: Format::from_key(&typed.format).unwrap_or(Format::Auto),
            quality: digits(&typed.quality),
        };
        typed.wrong = draft.check();
        typed.is = Some(draft).filter(|_| typed.wrong.is_empty());
        Ok(typed)
    }
}

macro_rules! options {
    ($list:ty, $lang:expr, $chosen:expr) => {
        <$list>::ALL
            .iter()
            .map(|one| Opt {
                value: one.key(),
                label: one.label($lang),
                chosen: one.key() == $chosen,
                ..Opt::default()
            })
            .collect::<Vec<Opt<'_>>>()
    };
}

async fn form(me: &Me, size: Option<&Size>, typed: &Typed, above: Markup) -> Result<Markup> {
    let lang = me.lang();
    let wrong = Wrong::new(lang, &typed.wrong);
    let to = match size {
        Some(size) => format!("/admin/sizes/{}", size.key),
        None => "/admin/sizes/new".to_owned(),
    };
    let channels = options!(Channel, lang, typed.channel);
    let fits = options!(Fit, lang, typed.fit);
    let formats = options!(Format, lang, typed.format);
    let (least, most) = (SIDES.start().to_string(), SIDES.end().to_string());
    let pixels = Number {
        min: &least,
        max: &most,
        step: "1",
        unit: t!(lang, "pixels"),
    };
    let (low, high) = (QUALITY.start().to_string(), QUALITY.end().to_string());
    let main = html! {
        (above)
        (wrong.summary(lang))
        form method="post" action=(to) class="stack measure" data-guard {
            @if let Some(version) = typed.version { input type="hidden" name="version" value=(version); }
            (text(lang, &Field { hint: t!(lang, "As people will read it, such as “Newsletter header”."), max_length: Some(60), ..wrong.field("name", t!(lang, "Name"), &typed.name) }))
            (select(lang, &Field { hint: t!(lang, "Whoever may not use a picture for this is not offered the size."), ..wrong.field("channel", t!(lang, "Taken for"), "") }, &channels, None))
            (two(html! {
                (number(lang, &wrong.field("width", t!(lang, "Width"), &typed.width), &pixels))
                (number(lang, &wrong.field("height", t!(lang, "Height"), &typed.height), &pixels))
            }))
            (choices(lang, &Field { hint: t!(lang, "Nothing is made larger than it is."), ..wrong.field("fit", t!(lang, "Shape"), "") }, &fits, false))
            (two(html! {
                (select(lang, &wrong.field("format", t!(lang, "Format"), ""), &formats, None))
                (number(lang, &Field { hint: t!(lang, "Of JPEG: 85 suits screens, 95 print."), ..wrong.field("quality", t!(lang, "Quality"), &typed.quality) }, &Number { min: &low, max: &high, step: "1", unit: "%" }))
            }))
            div class="row" {
                (frame::save(if size.is_some() { t!(lang, "Save the size") } else { t!(lang, "Add the size") }))
                a class="btn btn-quiet" href="/admin/sizes" { (t!(lang, "Leave it as it is")) }
            }
        }
        @if let Some(size) = size {
            section class="section measure" {
                h2 { (t!(lang, "Remove it")) }
                p class="muted" { (tn!(lang, size.made, "It is no longer offered, and what was made of {n} picture is taken away. The pictures themselves stay.", "It is no longer offered, and what was made of {n} pictures is taken away. The pictures themselves stay.")) }
                div class="mt-2" { (frame::post_button(&format!("/admin/sizes/{}/remove", size.key), t!(lang, "Remove the size"), &[])) }
            }
        }
    };
    let title = match size {
        Some(size) => size.is.name.clone(),
        None => t!(lang, "New size").to_owned(),
    };
    let back = (t!(lang, "Sizes of pictures"), "/admin/sizes");
    frame::page(me, &title, back, html! {}, main, None).await
}

/// GET /admin/sizes/new
pub async fn fresh(me: Me) -> Result<Markup> {
    form(&me, None, &Typed::of(&Draft::usual(), None), html! {}).await
}

/// POST /admin/sizes/new
pub async fn create(me: Me, posted: Posted) -> Result<Response> {
    let typed = Typed::read(&posted)?;
    let Some(draft) = &typed.is else {
        let page = form(&me, None, &typed, html! {}).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    sizes::make(&me, &me.actor, draft).await?;
    let said = t!(
        me.lang(),
        "The size is there. It is being made of every picture."
    );
    Ok(see_other("/admin/sizes", Some(Flash::new(said))))
}

/// GET /admin/sizes/{preset}
pub async fn edit(me: Me, Path(key): Path<String>) -> Result<Markup> {
    let size = sizes::find(&me.app.db, &key).await?;
    let typed = Typed::of(&size.is, Some(size.version));
    form(&me, Some(&size), &typed, html! {}).await
}

/// POST /admin/sizes/{preset}
pub async fn save(me: Me, Path(key): Path<String>, posted: Posted) -> Result<Response> {
    let lang = me.lang();
    let size = sizes::find(&me.app.db, &key).await?;
    let mut typed = Typed::read(&posted)?;
    let Some(draft) = typed.is.clone() else {
        let page = form(&me, Some(&size), &typed, html! {}).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    match sizes::change(&me, &me.actor, &key, typed.version, &draft).await {
        Ok(_) => Ok(see_other(
            "/admin/sizes",
            Some(Flash::new(t!(lang, "The size is saved."))),
        )),
        Err(Error::Stale(_)) => {
            let labels = [
                ("name", t!(lang, "Name")),
                ("channel", t!(lang, "Taken for")),
                ("width", t!(lang, "Width")),
                ("height", t!(lang, "Height")),
                ("fit", t!(lang, "Shape")),
                ("format", t!(lang, "Format")),
                ("quality", t!(lang, "Quality")),
            ];
            let above = frame::conflict(lang, &json!(size.is), &json!(draft), &labels);
            typed.version = Some(size.version);
            let page = form(&me, Some(&size), &typed, above).await?;
            Ok((StatusCode::PRECONDITION_FAILED, page).into_response())
        }
        Err(error) => Err(error),
    }
}

/// POST /admin/sizes/{preset}/remove
pub async fn remove(me: Me, Path(key): Path<String>) -> Result<Response> {
    sizes::remove(&me, &me.actor, &key).await?;
    let said = t!(me.lang(), "The size is no longer offered.");
    Ok(see_other("/admin/sizes", Some(Flash::new(said))))
}
