//! The launcher of one sandbox. Not for people: ds-host starts it and tells it what to do.

fn main() -> std::process::ExitCode {
    ds_sandbox::jail::launch()
}
