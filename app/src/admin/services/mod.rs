//! Services in the browser: the list, and a service with its tabs.

pub mod api;
pub mod audience;
pub mod basics;
pub mod builder;
pub mod deeds;
pub mod frame;
pub mod list;
pub mod preview;
pub mod words;
