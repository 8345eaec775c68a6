//! What every handler and verb can reach.

use std::ops::Deref;
use std::sync::{Arc, RwLock};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mil_blob::Blobs;
use mil_db::Db;
use mil_outbound::{Client, Nowhere};

use crate::Result;
use crate::catalog::{Catalog, snapshot};
use crate::clock::Clock;
use crate::config::Config;
use crate::glossary::{self, Book};
use crate::org::{self, Org};

/// The running installation; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// The parts of [`App`].
#[allow(missing_docs)]
pub struct Shared {
    pub db: Db,
    pub config: Config,
    pub clock: Clock,
    pub live: crate::live::Hub,
    /// The bytes of files.
    pub blobs: Blobs,
    /// The client for addresses that people give.
    pub outbound: Client,
    pub metrics: crate::metrics::Metrics,
    /// How often who tried to sign in.
    pub attempts: crate::people::limiter::Attempts,
    org: RwLock<Arc<Org>>,
    catalog: RwLock<Arc<Catalog>>,
    glossary: RwLock<Arc<Book>>,
}

impl Deref for App {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// Put the parts together; the database must be migrated.
    pub async fn new(db: Db, config: Config, clock: Clock) -> Result<App> {
        let org = org::load(&db).await?;
        let catalog = Catalog::load(&db).await?;
        let glossary = Book::load(&db).await?;
        let blobs = config.blobs().map_err(crate::files::intake::disk)?;
        Ok(App(Arc::new(Shared {
            blobs,
            // The demo reaches nobody: its addresses are made up.
            outbound: if config.demo {
                Client::with(config.outbound_allow.clone(), Nowhere)
            } else {
                Client::new(config.outbound_allow.clone())
            },
            db,
            config,
            clock,
            live: crate::live::Hub::default(),
            metrics: crate::metrics::Metrics::new(),
            attempts: Default::default(),
            org: RwLock::new(Arc::new(org)),
            catalog: RwLock::new(Arc::new(catalog)),
            glossary: RwLock::new(Arc::new(glossary)),
        })))
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The organisation's settings.
    pub fn org(&self) -> Arc<Org> {
        self.org.read().expect("never poisoned").clone()
    }

    /// Read the organisation's settings again, after they were changed.
    pub async fn reload_org(&self) -> Result<()> {
        let fresh = org::load(&self.db).await?;
        *self.org.write().expect("never poisoned") = Arc::new(fresh);
        Ok(())
    }

    /// The catalogue as it is now.
    pub async fn catalog(&self) -> Result<Arc<Catalog>> {
        let generation = snapshot::generation(&self.db).await?;
        let known = self.catalog.read().expect("never poisoned").clone();
        if known.generation == generation {
            return Ok(known);
        }
        let fresh = Arc::new(Catalog::load(&self.db).await?);
        *self.catalog.write().expect("never poisoned") = fresh.clone();
        Ok(fresh)
    }

    /// The glossary as it is now.
    pub async fn glossary(&self) -> Result<Arc<Book>> {
        let generation = glossary::book::generation(&self.db).await?;
        let known = self.glossary.read().expect("never poisoned").clone();
        if known.generation == generation {
            return Ok(known);
        }
        let fresh = Arc::new(Book::load(&self.db).await?);
        *self.glossary.write().expect("never poisoned") = fresh.clone();
        Ok(fresh)
    }

    /// The organisation's time zone.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.org().zone).unwrap_or(TimeZone::UTC)
    }
}
