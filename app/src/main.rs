mod assets;
mod i18n;
mod ui;

fn main() {}
