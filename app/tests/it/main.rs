//! The application, tested in process: a file per slice, every store test on
//! SQLite and on PostgreSQL.

mod accounts;
mod admin;
mod admin_services;
mod audit;
mod bad_input;
mod bulk;
mod calendar;
mod cli;
mod demo;
mod desk;
mod desk_help;
mod engine;
mod escalation;
mod files;
#[allow(dead_code, reason = "each test uses the parts it needs")]
mod harness;
mod idempotency;
mod incidents;
mod kill;
mod knowledge;
mod knowledge_pages;
mod live;
mod matrix;
mod matrix_fixtures;
mod notifications;
mod openapi;
mod organisation;
mod people;
mod portal;
mod portal_cart;
mod portal_request;
mod portal_world;
mod post_mortems;
mod practices;
mod practices_packs;
mod queue;
mod recompute;
mod relate;
mod rules;
mod rules_api;
mod search;
mod second_step;
mod story;
mod structure;
mod talk;
