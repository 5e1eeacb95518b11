//! Somebody in front of a browser.

use std::{path::Path, time::Duration};

use fantoccini::{
    Client, Locator,
    actions::{InputSource as _, KeyAction, KeyActions},
    elements::Element,
    key::Key,
};
use serde_json::Value;

use super::{commands::Command, driver::Driver, shots};

/// How long something may take to appear, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody in front of a browser of their own.
pub(super) struct Person {
    client: Client,
}

impl Person {
    pub(super) async fn arrives(driver: &Driver) -> Self {
        let client = driver.browser(1100, None).await;
        Self { client }
    }

    /// Somebody whose browser believes who has the key with this fingerprint.
    pub(super) async fn arrives_believing(driver: &Driver, key: &str) -> Self {
        let client = driver.browser(1100, Some(key)).await;
        Self { client }
    }

    /// Keeps a picture of what is seen now, if pictures are wanted.
    pub(super) async fn shot(&self, name: &str) {
        shots::take(&self.client, name).await;
    }

    pub(super) async fn goes_to(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    pub(super) async fn reloads(&self) {
        self.client.refresh().await.unwrap();
    }

    /// Waits until there is an element with this text.
    pub(super) async fn sees(&self, text: &str) {
        self.finds(&format!(
            "//body//*[text()[contains(normalize-space(.), '{text}')]]"
        ))
        .await;
    }

    /// Whether a text is on the page now. Ask only after something else there was seen.
    pub(super) async fn reads(&self, text: &str) -> bool {
        let body = self.client.find(Locator::Css("body")).await.unwrap();
        body.text().await.unwrap().contains(text)
    }

    /// Waits for a field by its label.
    pub(super) async fn field(&self, label: &str) -> Element {
        self.finds(&format!(
            "//*[self::input or self::textarea][@id=//label[normalize-space()='{label}']/@for]"
        ))
        .await
    }

    /// Writes into the field with a label.
    pub(super) async fn writes(&self, label: &str, text: &str) {
        self.field(label).await.send_keys(text).await.unwrap();
    }

    /// Chooses a file in the field with a label.
    pub(super) async fn chooses(&self, label: &str, file: &Path) {
        self.writes(label, file.to_str().unwrap()).await;
    }

    /// Clicks the link or button that says this.
    pub(super) async fn presses(&self, words: &str) {
        let path = format!("//*[self::a or self::button][normalize-space()='{words}']");
        self.finds(&path).await.click().await.unwrap();
    }

    /// Opens what is folded under these words.
    pub(super) async fn unfolds(&self, words: &str) {
        let path = format!("//summary[normalize-space()='{words}']");
        self.finds(&path).await.click().await.unwrap();
    }

    /// Writes into the field with this id, instead of what is there: for fields that are called like others.
    pub(super) async fn writes_in(&self, id: &str, text: &str) {
        let field = self.finds(&format!("//input[@id='{id}']")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Plugs in a device with passkeys.
    pub(super) async fn plugs_in_a_device(&self) {
        self.client
            .issue_cmd(Command::plug_in_a_device())
            .await
            .unwrap();
    }

    /// Loses a cookie of the page's site, as when it has ended.
    pub(super) async fn forgets(&self, cookie: &str) {
        self.client.delete_cookie(cookie).await.unwrap();
    }

    pub(super) async fn address(&self) -> String {
        self.client.current_url().await.unwrap().into()
    }

    /// What a piece of JavaScript in the page returns, or what its promise becomes.
    pub(super) async fn asks(&self, script: &str) -> Value {
        let script = format!(
            "const done = arguments[0]; (async () => {{ {script} }})().then(done, (e) => done(String(e)))"
        );
        self.client.execute_async(&script, vec![]).await.unwrap()
    }

    /// Waits until a JavaScript expression is true.
    pub(super) async fn waits_until(&self, expression: &str) {
        self.waits(expression, false).await;
    }

    /// The same, of a page that does not change by itself.
    pub(super) async fn waits_reloading(&self, expression: &str) {
        self.waits(expression, true).await;
    }

    async fn waits(&self, expression: &str, reloading: bool) {
        let script = format!("return Boolean({expression})");
        let waited = tokio::time::timeout(PATIENCE, async {
            while self.client.execute(&script, vec![]).await.unwrap() != Value::Bool(true) {
                tokio::time::sleep(Duration::from_millis(50)).await;
                if reloading {
                    self.reloads().await;
                }
            }
        });
        if waited.await.is_err() {
            self.gives_up(expression).await;
        }
    }

    /// Strikes keys one after the other, wherever the focus is.
    pub(super) async fn types(&self, keys: &[char]) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for &value in keys {
            actions = actions
                .then(KeyAction::Down { value })
                .then(KeyAction::Up { value });
        }
        self.client.perform_actions(actions).await.unwrap();
    }

    /// Strikes the tab key until what has the focus is called this, and checks that one sees where the focus is.
    pub(super) async fn tabs_to(&self, name: &str) {
        let mut passed = Vec::new();
        for _ in 0..40 {
            self.types(&[Key::Tab.into()]).await;
            let focus = self.asks(FOCUS).await;
            assert!(focus["shown"] == true, "one cannot see the focus: {focus}");
            if focus["name"] == name {
                return;
            }
            passed.push(focus["name"].to_string());
        }
        panic!("the tab key does not lead to {name}, only to {passed:?}");
    }

    /// Ends the visit. Nothing may have gone wrong in the browser, but for what contains one of these.
    pub(super) async fn leaves(self, expected: &[&str]) {
        let log = self.client.issue_cmd(Command::take_log()).await.unwrap();
        let log = log.as_array().unwrap();
        let wrong: Vec<&Value> = log
            .iter()
            .filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING")
            .filter(|entry| {
                let message = entry["message"].as_str().unwrap();
                !expected.iter().any(|part| message.contains(part))
            })
            .collect();
        assert!(wrong.is_empty(), "the browser complains: {wrong:#?}");
        self.client.close().await.unwrap();
    }

    async fn finds(&self, path: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE);
        match found.for_element(Locator::XPath(path)).await {
            Ok(element) => element,
            Err(_) => self.gives_up(path).await,
        }
    }

    async fn gives_up(&self, missing: &str) -> ! {
        let address = self.address().await;
        let body = self.client.find(Locator::Css("body")).await.unwrap();
        let text = body.text().await.unwrap();
        panic!("{missing} does not come at {address}, where one reads:\n{text}");
    }
}

/// What has the focus: its name, and whether anything marks it. A field may be marked by what is around it.
const FOCUS: &str = r#"
    const at = document.activeElement;
    const label = at.labels?.[0] ?? at;
    const marked = (one) => one && getComputedStyle(one).outlineStyle !== "none";
    return {
        name: label.textContent.replace(/\s+/g, " ").trim(),
        shown: marked(at) || marked(at.parentElement) || marked(at.closest("li")),
    };
"#;
