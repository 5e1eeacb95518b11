//! Pictures of what people see on their way, for who looks at the pages: a test keeps them in the folder that `DS_SHOTS`
//! names, each also as a telephone in the dark shows it. Without that there are none.

use std::{env, fs, path::Path};

use fantoccini::Client;
use serde_json::{Value, json};

use super::commands::Command;

/// Takes one, if there is a folder for them.
pub(super) async fn take(client: &Client, name: &str) {
    let Some(folder) = env::var_os("DS_SHOTS") else {
        return;
    };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).unwrap();
    keep(client, &folder.join(format!("{name}.png"))).await;
    let phone = json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true });
    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    tell(client, "Emulation.setDeviceMetricsOverride", phone).await;
    tell(client, "Emulation.setEmulatedMedia", dark).await;
    keep(client, &folder.join(format!("{name}-dark.png"))).await;
    tell(client, "Emulation.clearDeviceMetricsOverride", json!({})).await;
    tell(client, "Emulation.setEmulatedMedia", json!({})).await;
}

async fn keep(client: &Client, file: &Path) {
    fs::write(file, client.screenshot().await.unwrap()).unwrap();
}

async fn tell(client: &Client, command: &str, parameters: Value) {
    let told = Command::tell(command, &parameters);
    client.issue_cmd(told).await.unwrap();
}
