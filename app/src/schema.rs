//! The numbered list of migrations, embedded in the binary.

use mil_db::migrate::Migration;

macro_rules! list {
    ($($name:literal),* $(,)?) => {
        /// Every migration, oldest first. A new one is a file in `migrations/`
        /// and a line here.
        pub const MIGRATIONS: &[Migration] = &[$(Migration {
            name: $name,
            text: include_str!(concat!("../../migrations/", $name)),
        }),*];
    };
}

list![
    "0001_people.sql",
    "0002_catalog.sql",
    "0003_work.sql",
    "0004_events.sql",
    "0009_search.postgres.sql",
    "0009_search.sqlite.sql",
    "0010_lists.sql",
    "0013_recompute.sql",
    "0014_engine.sql",
    "0015_practices.sql",
    "0016_notices.sql",
    "0021_incidents.sql",
    "0024_calendar.sql",
    "0025_changes.sql",
    "0027_playbooks.sql",
    "0028_policies.sql",
    "0029_timers.sql",
    "0030_recurring.sql",
    "0031_knowledge.sql",
    "0032_assets.sql",
    "0034_search.postgres.sql",
    "0034_search.sqlite.sql",
    "0035_found.sql",
    "0036_deflection.sql",
    "0037_asset_sizes.sql",
    "0038_clean_pictures.sql",
    "0040_mail.sql",
    "0041_notice_choices.sql",
    "0043_webhooks.sql",
    "0044_automation.sql",
    "0045_incoming.sql",
    "0046_proofs.sql",
    "0047_status.sql",
    "0048_mail_addresses.postgres.sql",
    "0048_mail_addresses.sqlite.sql",
    "0050_chat.sql",
];
