//! What the answers of an order speak of: people and files.

use mil_db::{Tx, sql};
use mil_process::form::{Answer, Answers, FormDef, Kind};

use crate::actor::Actor;
use crate::error::{Error, Msg, Result};
use crate::files;
use crate::work::model::Item;

/// People and files named in the answers must exist; file names are taken from
/// what was uploaded, not from what was posted, and so are kind and size.
pub async fn refer(
    tx: &mut Tx,
    actor: &Actor,
    form: &FormDef,
    answers: &mut Answers,
) -> Result<()> {
    for (key, answer) in answers.iter_mut() {
        match answer {
            Answer::Person(id) => {
                let there = sql("SELECT id FROM person WHERE id = $1 AND disabled_at IS NULL")
                    .bind(id.as_str())
                    .opt(&mut *tx)
                    .await?;
                if there.is_none() {
                    return Err(Error::field(
                        key,
                        "This person is not here. Choose another.",
                    ));
                }
            }
            Answer::Files(files) => {
                for file in files {
                    let found = files::store::find_loose(&mut *tx, actor, &file.id)
                        .await?
                        .ok_or_else(|| {
                            Error::field(key, "This file is not here any more. Choose it again.")
                        })?;
                    if let Some(msg) = form.field(key).and_then(|f| unfit(&f.kind, &found)) {
                        return Err(Error::field(key, msg));
                    }
                    file.name = found.name;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Why a file does not fit the field it was sent for.
pub fn unfit(kind: &Kind, file: &files::Attachment) -> Option<Msg> {
    let Kind::File { max_mb, types, .. } = kind else {
        return None;
    };
    if file.size > u64::from(*max_mb) * 1_000_000 {
        return Some(
            Msg::new("“{name}” is larger than {n} MB. Send a smaller one, or a link to it.")
                .with("name", &file.name)
                .with("n", max_mb),
        );
    }
    let fits = types.is_empty() || types.contains(&files::name::ending(&file.name));
    (!fits).then(|| {
        Msg::new("“{name}” is not of a kind this field takes. Send one of: {types}.")
            .with("name", &file.name)
            .with("types", types.join(", "))
    })
}

/// Files that were answers belong to the item from now on.
pub async fn attach_files(tx: &mut Tx, item: &Item) -> Result<bool> {
    let mut any = false;
    for (key, answer) in &item.answers {
        if let Answer::Files(files) = answer {
            for file in files {
                any = true;
                let taken = sql("UPDATE attachment SET item_id = $1, field = $2
                     WHERE id = $3 AND item_id IS NULL")
                .bind(&item.id)
                .bind(key)
                .bind(&file.id)
                .run(tx)
                .await?;
                if taken == 0 {
                    return Err(Error::field(
                        key,
                        "This file is not here any more. Choose it again.",
                    ));
                }
            }
        }
    }
    Ok(any)
}
