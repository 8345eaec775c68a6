//! The library in the browser.

pub mod adopt;
pub mod list;
pub mod show;
pub mod upgrade;

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::i18n::{Lang, fmt, t};
use crate::practices::model::{Adoption, Offered};
use crate::practices::pack::Unit;
use crate::practices::store;
use crate::web::Me;

/// A practice with what runs of it here.
pub struct Seen {
    /// The newest text of it.
    pub offered: Offered,
    /// What runs here, if it is adopted.
    pub adoption: Option<Adoption>,
    /// The catalogue.
    pub catalog: Arc<Catalog>,
}

impl Seen {
    /// Look a practice up.
    pub async fn find(me: &Me, key: &str) -> Result<Seen> {
        let adoption = store::find(&me.app.db, key).await?;
        let offered = match (store::offer(&me.app.db, key).await?, &adoption) {
            (Some(offered), _) => offered,
            // It was left out of the library since.
            (None, Some(adoption)) => Offered {
                pack: adoption.pack.clone(),
                origin: adoption.origin,
            },
            (None, None) => return Err(Error::NotFound),
        };
        Ok(Seen {
            offered,
            adoption,
            catalog: me.app.catalog().await?,
        })
    }

    /// Whether a newer version than ours is here.
    pub fn has_newer(&self) -> bool {
        let ours = self.adoption.as_ref().map(|a| a.pack.meta.version);
        ours.is_some_and(|ours| ours < self.offered.version())
    }
}

/// A figure in its unit.
pub fn figure(lang: Lang, value: f64, unit: Unit) -> String {
    let places = |n: f64| {
        if n.abs() >= 100.0 || n.fract().abs() < 0.05 {
            0
        } else {
            1
        }
    };
    let number = fmt::decimal(lang, value, places(value));
    match unit {
        Unit::Percent => format!("{} %", fmt::decimal(lang, value, 0)),
        Unit::Hours => t!(lang, "{n} h", n = number),
        Unit::Days => t!(lang, "{n} days", n = number),
        Unit::Count => number,
        Unit::Rating => t!(lang, "{n} of 5", n = fmt::decimal(lang, value, 1)),
    }
}
