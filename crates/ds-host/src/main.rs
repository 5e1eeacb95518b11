//! The `ds-host` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    ds_host::cli::main(std::env::args_os().collect())
}
