//! How a brand colour looks in use, light and dark, with what can be read.

use maud::{Markup, html};

use super::contrast::{self, Pair, Place};
use crate::i18n::{Lang, fmt, t};
use crate::ui::icon::icon_s;

fn name(lang: Lang, place: Place) -> &'static str {
    match place {
        Place::Button => t!(lang, "Words on a button"),
        Place::ButtonHover => t!(lang, "Words on a button under the pointer"),
        Place::Link => t!(lang, "Link"),
        Place::LinkOnTint => t!(lang, "Link on tinted ground"),
        Place::Progress => t!(lang, "Progress and focus"),
        Place::FaintOnChosen => t!(lang, "Faint words on a chosen row"),
    }
}

/// The parts of a page in both themes, and the contrast of each pair.
pub fn preview(lang: Lang, hue: f64, chroma: f64) -> Markup {
    let pairs = contrast::pairs(hue, chroma);
    let of = |place, dark| pairs.iter().find(|p| p.place == place && p.dark == dark);
    html! {
        div id="swatch" class="stack" aria-live="polite" {
            div class="swatches" {
                @for dark in [false, true] {
                    div class="swatch" data-theme=(if dark { "dark" } else { "light" }) style={ "--brand-h:" (hue) ";--brand-c:" (chroma) } {
                        p class="small muted" { (if dark { t!(lang, "Dark") } else { t!(lang, "Light") }) }
                        p { span class="btn btn-primary" { (t!(lang, "Order now")) } }
                        p { span class="swatch-link" { (t!(lang, "A link in a sentence")) } }
                        p { span class="pill pill-accent" { (t!(lang, "Your turn")) } }
                    }
                }
            }
            div class="table-wrap" tabindex="0" role="region" aria-label=(t!(lang, "Contrast")) {
                table class="table" {
                    caption class="vh" { (t!(lang, "Contrast of each pair of colours, and what is needed")) }
                    thead { tr { th scope="col" { (t!(lang, "Place")) } th scope="col" class="num" { (t!(lang, "Light")) } th scope="col" class="num" { (t!(lang, "Dark")) } th scope="col" class="num" { (t!(lang, "Needed")) } } }
                    tbody {
                        @for pair in pairs.iter().filter(|p| !p.dark) {
                            tr {
                                th scope="row" { (name(lang, pair.place)) }
                                td class="num" { (figure(lang, pair)) }
                                td class="num" { @if let Some(dark) = of(pair.place, true) { (figure(lang, dark)) } }
                                td class="num" { (fmt::decimal(lang, pair.least, 1)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn figure(lang: Lang, pair: &Pair) -> Markup {
    // Never rounded up to what is needed.
    let shown = (pair.ratio() * 100.0).floor() / 100.0;
    html! {
        @if pair.passes() { (fmt::decimal(lang, shown, 2)) }
        @else { strong class="late-text" { (icon_s("alert")) " " (fmt::decimal(lang, shown, 2)) ", " (t!(lang, "too little")) } }
    }
}
