//! Requests that this program sends to addresses that people gave it.
//!
//! Whoever may type an address could otherwise make the server fetch from the
//! inside of its own network (SSRF). So there is one client for all of them,
//! and it refuses what is not public unless the installation allows it:
//!
//! * [`address`] which addresses are public (pure)
//! * [`rule`] what an installation allows besides; what an address asks for (pure)
//! * [`resolve`] from a name to addresses
//! * [`send`] one request: resolve, check every address, connect to a checked
//!   one, send, read at most so much, all within one time limit
//!
//! Redirects are not followed, no proxy is read from the environment, and the
//! name is resolved once: what was checked is what is connected to.

pub mod address;
pub mod resolve;
pub mod rule;
pub mod send;

pub use resolve::{Nowhere, Resolve, System};
pub use rule::{Allow, BadAddress, Target};
pub use send::{Answer, Client, Problem, Request};
