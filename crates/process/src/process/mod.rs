//! Processes (next).
