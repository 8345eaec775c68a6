//! MIL runs a marketing department the way the best IT departments run their
//! service desk. `ARCHITECTURE.md` in the repository is the map of this crate.

pub mod actor;
pub mod admin;
pub mod assets;
pub mod audit;
pub mod board;
pub mod bulk;
pub mod catalog;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod desk;
pub mod error;
pub mod events;
pub mod files;
pub mod health;
pub mod i18n;
pub mod live;
pub mod metrics;
pub mod notifications;
pub mod openapi;
pub mod org;
pub mod organisation;
pub mod palette;
pub mod people;
pub mod policy;
pub mod portal;
pub mod practices;
pub mod queue;
pub mod random;
pub mod reference;
pub mod router;
pub mod schema;
pub mod search;
pub mod starter;
pub mod state;
pub mod timeline;
pub mod ui;
pub mod undo;
pub mod views;
pub mod web;
pub mod work;

pub use error::{Error, Result};
pub use state::App;
