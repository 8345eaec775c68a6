//! A request form as a page: every kind of field with the parts of `ui`.

use std::collections::BTreeMap;

use maud::{Markup, html};
use mil_process::Decimal;
use mil_process::form::{self as def, FormDef, Kind, Opt as FormOpt, Pattern};

use crate::i18n::{Lang, fmt, t};
use crate::portal::answers::Answers;
use crate::ui::block::{Tone, notice};
use crate::ui::choice::{self, Drop, Opt, Remote, Upload};
use crate::ui::field::{self, Field, Number};
use crate::web::{Me, markdown};

/// Errors in the reader's language, by field.
pub type Errors = BTreeMap<String, String>;

/// All fields. Headings begin a group of their own; halves stand in pairs.
pub fn fields(me: &Me, form: &FormDef, answers: &Answers, errors: &Errors) -> Markup {
    let mut groups: Vec<(Option<&def::Field>, Vec<&def::Field>)> = vec![(None, Vec::new())];
    for field in &form.fields {
        if matches!(field.kind, Kind::Section) {
            groups.push((Some(field), Vec::new()));
        } else if let Some((_, list)) = groups.last_mut() {
            list.push(field);
        }
    }
    let one = |field: &&def::Field| single(me, field, answers, errors);
    let rows = |list: &[&def::Field]| {
        html! {
            @for pair in paired(list) {
                @if pair.len() == 2 { (field::two(html! { @for f in pair { (one(f)) } })) }
                @else { @for f in pair { (one(f)) } }
            }
        }
    };
    html! {
        @for (heading, list) in &groups {
            @if let Some(heading) = heading {
                fieldset class="fs" {
                    legend data-field=(heading.key) data-show-if=[condition(heading)] { (heading.label) }
                    @if let Some(help) = &heading.help { p class="hint" { (help) } }
                    (rows(list))
                }
            } @else if !list.is_empty() { div class="fs" { (rows(list)) } }
        }
    }
}

/// Two halves that follow each other stand side by side.
fn paired<'a>(list: &'a [&'a def::Field]) -> Vec<&'a [&'a def::Field]> {
    let mut out = Vec::new();
    let mut rest = list;
    while let Some(first) = rest.first() {
        let pair = first.half && rest.get(1).is_some_and(|second| second.half);
        let (head, tail) = rest.split_at(if pair { 2 } else { 1 });
        out.push(head);
        rest = tail;
    }
    out
}

fn condition(field: &def::Field) -> Option<String> {
    let cond = field.show_if.as_ref()?;
    serde_json::to_string(cond).ok()
}

/// One field.
pub fn single(me: &Me, field: &def::Field, answers: &Answers, errors: &Errors) -> Markup {
    let lang = me.lang();
    let values = answers.raw.get(&field.key).map_or(&[][..], Vec::as_slice);
    let show_if = condition(field).unwrap_or_default();
    let mut f = Field {
        name: &field.key,
        label: &field.label,
        hint: field.help.as_deref().unwrap_or_default(),
        error: errors.get(&field.key).map_or("", String::as_str),
        optional: !field.required,
        value: values.first().map_or("", String::as_str),
        show_if: &show_if,
        ..Field::default()
    };
    match &field.kind {
        Kind::Section => html! {},
        Kind::Note { text } => html! {
            div data-field=(field.key) data-show-if=[condition(field)] {
                (notice(Tone::Info, "info", &field.label, markdown(text)))
            }
        },
        Kind::Text { max, pattern, .. } => {
            f.max_length = *max;
            match pattern {
                Some(Pattern::Email) => field::email(lang, &f),
                _ => field::text(lang, &f),
            }
        }
        Kind::LongText { max } => {
            f.max_length = *max;
            field::textarea(lang, &f, 5)
        }
        Kind::Choice { options, cards } => one_of(lang, &f, options, *cards, field.required),
        Kind::Multi { options, .. } => choice::checks(lang, &f, &opts(options, values), true),
        Kind::Date { .. } => field::date(lang, &f),
        Kind::Number {
            min,
            max,
            step,
            unit,
            decimals,
        } => {
            let text =
                |n: &Option<Decimal>| n.as_ref().map(ToString::to_string).unwrap_or_default();
            let step = match (step, decimals) {
                (Some(step), _) => step.to_string(),
                (None, 0) => "1".to_owned(),
                (None, n) => format!("0.{}1", "0".repeat(usize::from(*n) - 1)),
            };
            let number = Number {
                min: &text(min),
                max: &text(max),
                step: &step,
                unit: unit.as_deref().unwrap_or_default(),
            };
            field::number(lang, &f, &number)
        }
        Kind::Person => {
            let typed = answers.typed.get(&field.key).map(String::as_str);
            let shown = typed.or_else(|| answers.people.get(f.value).map(String::as_str));
            f.placeholder = t!(lang, "Name or email address");
            let remote = Remote {
                src: "/people/options",
                shown: shown.unwrap_or_default(),
                known: &[],
            };
            choice::remote(lang, &f, &remote)
        }
        Kind::Url => {
            f.placeholder = "https://";
            field::url(lang, &f)
        }
        Kind::File {
            max_files,
            max_mb,
            types,
        } => files(me, &f, answers, values, (*max_files, *max_mb, types)),
        Kind::YesNo => {
            f.yes_no = true;
            let mut options = vec![("yes", t!(lang, "Yes")), ("no", t!(lang, "No"))];
            if !field.required {
                options.push(("", t!(lang, "No answer")));
            }
            let options: Vec<Opt<'_>> = options
                .into_iter()
                .map(|(value, label)| Opt {
                    value,
                    label,
                    hint: "",
                    chosen: !value.is_empty() && f.value == value,
                })
                .collect();
            choice::checks(lang, &f, &options, false)
        }
    }
}

fn opts<'a>(options: &'a [FormOpt], values: &[String]) -> Vec<Opt<'a>> {
    options
        .iter()
        .map(|option| Opt {
            value: &option.key,
            label: &option.label,
            hint: option.fact.as_deref().unwrap_or_default(),
            chosen: values.contains(&option.key),
        })
        .collect()
}

fn one_of(lang: Lang, f: &Field<'_>, options: &[FormOpt], cards: bool, required: bool) -> Markup {
    let mut list = opts(options, &[f.value.to_owned()]);
    if cards && list.len() <= 5 {
        if !required {
            list.push(Opt {
                label: t!(lang, "None of these"),
                chosen: f.value.is_empty(),
                ..Opt::default()
            });
        }
        return choice::choices(lang, f, &list, false);
    }
    let empty = Some(t!(lang, "Choose one"));
    if list.len() > 15 {
        choice::combobox(lang, f, &list, empty)
    } else {
        choice::select(lang, f, &list, empty)
    }
}

fn files(
    me: &Me,
    f: &Field<'_>,
    answers: &Answers,
    values: &[String],
    (max_files, max_mb, types): (u32, u32, &[String]),
) -> Markup {
    let lang = me.lang();
    let limit = (u64::from(max_mb) * 1_000_000).min(me.app.config.upload_bytes);
    let limit = fmt::bytes(lang, limit);
    let kinds = types
        .iter()
        .map(|t| t.to_uppercase())
        .collect::<Vec<_>>()
        .join(", ");
    let limits = if kinds.is_empty() {
        t!(lang, "Up to {limit} each", limit = limit)
    } else {
        t!(
            lang,
            "{kinds}, up to {limit} each",
            kinds = kinds,
            limit = limit
        )
    };
    let accept = types
        .iter()
        .map(|t| format!(".{t}"))
        .collect::<Vec<_>>()
        .join(",");
    let ids: Vec<&str> = values.iter().filter_map(|v| v.split(':').next()).collect();
    let there: Vec<_> = ids.iter().filter_map(|id| answers.files.get(*id)).collect();
    let words: Vec<(String, String)> = there
        .iter()
        .map(|file| {
            (
                fmt::bytes(lang, file.size),
                format!("{}:{}", f.name, file.id),
            )
        })
        .collect();
    let uploads: Vec<Upload<'_>> = there
        .iter()
        .zip(&words)
        .map(|(file, (size, remove))| Upload {
            name: &file.name,
            size,
            remove,
            ..Upload::default()
        })
        .collect();
    let drop = Drop {
        upload_url: "/files",
        limits: &limits,
        accept: &accept,
        many: max_files > 1,
        files: &uploads,
    };
    html! {
        (choice::files(lang, f, &drop))
        @for file in &there { input type="hidden" name=(f.name) value=(file.id); }
    }
}
