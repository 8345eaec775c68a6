//! Tests of processes and forms through their public functions.

mod approval;
mod conditions;
mod form_check;
mod form_table;
mod form_text;
mod form_whole;
mod moves_model;
mod moves_table;
mod process_check;
mod support;
