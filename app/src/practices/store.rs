//! The rows of practices.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mil_db::{Db, Row, Tx, sql};

use super::library;
use super::model::{Adoption, Offered, Origin, Parts};
use super::pack::{Files, Pack};
use crate::clock::from_micros;
use crate::error::{Error, Result};

/// The files of a pack as JSON: path to text.
pub fn to_text(pack: &Pack) -> Result<String> {
    let files = pack.files();
    let texts: BTreeMap<&str, String> = files
        .iter()
        .map(|(path, bytes)| (path.as_str(), String::from_utf8_lossy(bytes).into_owned()))
        .collect();
    Ok(serde_json::to_string(&texts)?)
}

fn from_text(key: &str, text: &str) -> Result<Pack> {
    let texts: BTreeMap<String, String> = serde_json::from_str(text)?;
    let files: Files = texts
        .into_iter()
        .map(|(path, text)| (path, text.into_bytes()))
        .collect();
    Pack::read(key, &files, None)
        .map_err(|_| Error::Internal(format!("the stored practice {key} cannot be read")))
}

fn adoption(row: &Row, parts: Parts) -> Result<Adoption> {
    let key: String = row.get("practice")?;
    Ok(Adoption {
        pack: from_text(&key, &row.get::<String>("pack")?)?,
        origin: Origin::from_key(&row.get::<String>("origin")?),
        roles: row.json("roles")?,
        calendar_id: row.get("calendar_id")?,
        adopted_at: from_micros(row.get("adopted_at")?),
        version: row.get("version")?,
        parts,
    })
}

/// Everything that runs here, by key.
pub async fn adopted(db: &Db) -> Result<BTreeMap<String, Adoption>> {
    load(db, None).await
}

/// One practice that runs here.
pub async fn find(db: &Db, key: &str) -> Result<Option<Adoption>> {
    Ok(load(db, Some(key)).await?.remove(key))
}

/// What runs here of all practices, or of one.
async fn load(db: &Db, key: Option<&str>) -> Result<BTreeMap<String, Adoption>> {
    let of = |table: &str| match key {
        Some(key) => sql(format!("SELECT * FROM {table} WHERE practice = $1")).bind(key),
        None => sql(format!("SELECT * FROM {table}")),
    };
    let mut parts: BTreeMap<String, Parts> = BTreeMap::new();
    for row in of("practice_part").all(db).await? {
        let of = parts.entry(row.get("practice")?).or_default();
        if let Some(map) = of.of_mut(&row.get::<String>("kind")?) {
            map.insert(row.get("part")?, row.get("object_id")?);
        }
    }
    of("practice_adoption")
        .all(db)
        .await?
        .iter()
        .map(|row| {
            let key: String = row.get("practice")?;
            let parts = parts.remove(&key).unwrap_or_default();
            Ok((key, adoption(row, parts)?))
        })
        .collect()
}

/// Packs that were imported, by key.
pub async fn imported(db: &Db) -> Result<BTreeMap<String, Pack>> {
    sql("SELECT practice, pack FROM practice_import")
        .all(db)
        .await?
        .iter()
        .map(|row| {
            let key: String = row.get("practice")?;
            let pack = from_text(&key, &row.get::<String>("pack")?)?;
            Ok((key, pack))
        })
        .collect()
}

/// Every practice that can be looked at: the newer one where the library and
/// an import have the same.
pub async fn offered(db: &Db) -> Result<BTreeMap<String, Offered>> {
    let mut imports = imported(db).await?;
    let keys: BTreeSet<String> = library::packs()
        .keys()
        .chain(imports.keys())
        .cloned()
        .collect();
    Ok(keys
        .into_iter()
        .filter_map(|key| Some((key.clone(), newest(&key, imports.remove(&key))?)))
        .collect())
}

/// One practice that can be looked at.
pub async fn offer(db: &Db, key: &str) -> Result<Option<Offered>> {
    let row = sql("SELECT pack FROM practice_import WHERE practice = $1")
        .bind(key)
        .opt(db)
        .await?;
    let import = row.map(|row| from_text(key, &row.get::<String>("pack")?));
    Ok(newest(key, import.transpose()?))
}

/// The library's text of a practice or the imported one, whichever is newer.
fn newest(key: &str, import: Option<Pack>) -> Option<Offered> {
    let ours = library::packs().get(key);
    let newer = |pack: &Pack| ours.is_none_or(|ours| ours.meta.version < pack.meta.version);
    match (import.filter(newer), ours) {
        (Some(pack), _) => Some(Offered {
            pack,
            origin: Origin::Import,
        }),
        (None, Some(pack)) => Some(Offered {
            pack: pack.clone(),
            origin: Origin::Library,
        }),
        (None, None) => None,
    }
}

/// Write down that a practice runs here now, or runs in another version.
pub async fn save(tx: &mut Tx, now: Timestamp, adoption: &Adoption) -> Result<()> {
    let pack = &adoption.pack;
    sql(
        "INSERT INTO practice_adoption (practice, name, pack_version, pack, origin, roles,
            calendar_id, adopted_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 1)
         ON CONFLICT (practice) DO UPDATE SET name = $2, pack_version = $3, pack = $4, origin = $5,
            roles = $6, calendar_id = $7, updated_at = $8, version = practice_adoption.version + 1",
    )
    .bind(&pack.key)
    .bind(&pack.meta.name)
    .bind(pack.meta.version.to_string())
    .bind(to_text(pack)?)
    .bind(adoption.origin.key())
    .bind(serde_json::to_string(&adoption.roles)?)
    .bind(&adoption.calendar_id)
    .bind(now.as_microsecond())
    .run(&mut *tx)
    .await?;
    sql("DELETE FROM practice_part WHERE practice = $1")
        .bind(&pack.key)
        .run(&mut *tx)
        .await?;
    for (kind, map) in adoption.parts.kinds() {
        for (part, id) in map {
            sql("INSERT INTO practice_part (practice, kind, part, object_id) VALUES ($1, $2, $3, $4)")
                .bind(&pack.key)
                .bind(kind)
                .bind(part)
                .bind(id)
                .run(&mut *tx)
                .await?;
        }
    }
    Ok(())
}

/// A practice runs here no more.
pub async fn remove(tx: &mut Tx, key: &str) -> Result<()> {
    for text in [
        "DELETE FROM practice_part WHERE practice = $1",
        "DELETE FROM practice_adoption WHERE practice = $1",
    ] {
        sql(text).bind(key).run(&mut *tx).await?;
    }
    Ok(())
}

/// Keep a pack that was sent.
pub async fn save_import(tx: &mut Tx, now: Timestamp, by: Option<&str>, pack: &Pack) -> Result<()> {
    sql(
        "INSERT INTO practice_import (practice, pack_version, pack, imported_by, imported_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (practice) DO UPDATE SET pack_version = $2, pack = $3, imported_by = $4,
            imported_at = $5",
    )
    .bind(&pack.key)
    .bind(pack.meta.version.to_string())
    .bind(to_text(pack)?)
    .bind(by)
    .bind(now.as_microsecond())
    .run(tx)
    .await?;
    Ok(())
}
