//! The built-in modules, tested in the JavaScript they are written in: `tests/js/*.test.js`.

use std::{env, path::Path};

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "runs Deno's test runner, not an app"
)]
fn builtin_modules_pass_their_tests() {
    let deno = env::var_os("DS_DENO").unwrap_or_else(|| "deno".into());
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = std::process::Command::new(deno)
        .args([
            "test",
            "--no-config",
            "--no-lock",
            "--no-remote",
            "--no-npm",
        ])
        .arg(format!("--allow-read={}", package.display()))
        .arg("tests/js")
        .current_dir(package)
        .env("NO_COLOR", "1")
        .output()
        .expect("Deno is installed, or DS_DENO says where it is");
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && report.contains(" passed | 0 failed"),
        "{report}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
