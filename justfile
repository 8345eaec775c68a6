# `just` lists these. All of them are plain commands; just is not needed.

default:
    @just --list

# everything that must hold before a change lands
test:
    ./test

# the same without browser and PostgreSQL
quick:
    ./test quick

# browser journeys, or one of them
e2e name="":
    ./test e2e {{name}}

# an organisation to look around in
demo:
    cargo run --release -- demo

# an empty installation
serve:
    cargo run --release -- serve

# write the code the way the formatter wants it
fmt:
    cargo fmt --all

# the compiler's and clippy's advice
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# the pictures in the README, from the demo
screenshots:
    cargo build
    cd e2e && npm ci --ignore-scripts --no-audit --no-fund
    scripts/screenshots.mjs
