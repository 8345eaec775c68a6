//! A service as those see it who order it.

use axum::extract::Path;
use maud::{Markup, html};
use mil_process::form::{FormDef, Raw};

use crate::Result;
use crate::admin::services::frame;
use crate::i18n::t;
use crate::portal;
use crate::ui::block::{Tone, notice};
use crate::web::{Me, markdown};

/// GET /admin/services/{service}/preview
pub async fn page(me: Me, Path(id): Path<String>) -> Result<Markup> {
    let lang = me.lang();
    let catalog = me.app.catalog().await?;
    let service = frame::find(&catalog, &id)?;
    let body = html! {
        (notice(Tone::Info, "info", t!(lang, "This is how people see it."), html! { (t!(lang, "Nothing you type here is kept.")) }))
        section class="stack measure" aria-labelledby="h-preview" {
            h2 id="h-preview" { (service.name) }
            p class="muted" { (service.summary) }
            @if !service.instructions.trim().is_empty() { div class="prose" { (markdown(&service.instructions)) } }
            (form(&me, &service.form).await?)
        }
    };
    frame::page(&me, &service, "preview", body).await
}

/// A form to look at and try; it cannot be sent.
pub async fn form(me: &Me, form: &FormDef) -> Result<Markup> {
    let answers = portal::answers::prepare(me, form, String::new(), Raw::new()).await?;
    let fields = portal::form::fields(me, form, &answers, &Default::default());
    Ok(
        html! { form class="order-form" method="get" { fieldset class="plain" { legend class="vh" { (t!(me.lang(), "Preview")) } (fields) } } },
    )
}
