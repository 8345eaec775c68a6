//! The `mil` binary.

fn main() -> std::process::ExitCode {
    mil::cli::main()
}
