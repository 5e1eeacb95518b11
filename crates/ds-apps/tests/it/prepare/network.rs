//! Modules from a fetcher.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use ds_apps::modules::{Fetch, FetchError, Fetched};
use url::Url;

use super::*;

/// A network of a few addresses: what is there, of which type, and where it really is.
#[derive(Default)]
struct Net {
    pages: HashMap<&'static str, (&'static str, &'static str, Option<&'static str>)>,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Fetch for Net {
    async fn fetch(&self, url: &Url) -> Result<Fetched, FetchError> {
        self.asked.lock().unwrap().push(url.to_string());
        let page = self.pages.get(url.as_str());
        let not_there = || FetchError {
            message: format!("{url} was not fetched"),
            source: None,
        };
        let (text, content_type, place) = page.ok_or_else(not_there)?;
        Ok(Fetched {
            bytes: text.as_bytes().to_vec(),
            final_url: place.map_or_else(|| url.clone(), |place| Url::parse(place).unwrap()),
            content_type: Some((*content_type).to_owned()),
        })
    }
}

const TS: &str = "application/typescript; charset=utf-8";
const JS: &str = "text/javascript";

#[tokio::test]
async fn modules_come_over_the_network_once() {
    let app = r#"
        import a from "https://h.example/a";
        import again from "https://h.example/a@1/mod.ts";
        import b from "jsr:@s/b@^1/sub";
        import tree from "https://tree.example/t.ts";
        console.log(a.n, a === again, b, tree);
    "#;
    let net = Arc::new(Net {
        pages: HashMap::from([
            (
                "https://h.example/a",
                (
                    "import n from './n'; export default { n };",
                    TS,
                    Some("https://h.example/a@1/mod.ts"),
                ),
            ),
            (
                "https://h.example/a@1/mod.ts",
                ("import n from './n'; export default { n };", TS, None),
            ),
            (
                "https://h.example/a@1/n",
                ("export default 1 as number;", TS, None),
            ),
            (
                "https://jsr.io/@s/b/meta.json",
                (
                    r#"{"versions":{"1.0.0":{},"1.0.1":{}}}"#,
                    "application/json",
                    None,
                ),
            ),
            (
                "https://jsr.io/@s/b/1.0.1_meta.json",
                (
                    r#"{"exports":{"./sub":"./s.ts"}}"#,
                    "application/json",
                    None,
                ),
            ),
            (
                "https://jsr.io/@s/b/1.0.1/s.ts",
                ("export default 'b' as string;", TS, None),
            ),
            (
                "https://tree.example/t.ts",
                ("export default 'from the network';", JS, None),
            ),
        ]),
        ..Net::default()
    });
    let fixture = Fixture::new(
        &[("app.ts", app)],
        &[("tree.example/t.ts", "export default 'tree' as string;")],
    );
    let modules = Modules::new(vec![fixture.tree()], Some(net.clone()));
    // A task of its own: what prepares must be able to move between threads.
    let (fixture, prepared) = tokio::spawn(async move {
        let prepared = fixture.prepare_with("app.ts", &modules).await.unwrap();
        (fixture, prepared)
    })
    .await
    .unwrap();
    assert_eq!(fixture.run(&prepared), "1 true b tree\n");

    let mut asked = net.asked.lock().unwrap().clone();
    asked.sort();
    let count = asked.len();
    asked.dedup();
    assert_eq!(asked.len(), count, "something was fetched twice: {asked:?}");
    assert!(
        !asked.iter().any(|url| url.contains("tree.example")),
        "folders come first: {asked:?}"
    );

    // What was fetched is enough to prepare it again, offline.
    let kept = fixture.root.path().join("kept");
    fs::rename(fixture.dir().vendor(), &kept).unwrap();
    let again = fixture
        .prepare_with("app.ts", &Modules::new(vec![kept], None))
        .await
        .unwrap();
    assert_eq!(again.modules, prepared.modules);
    assert_eq!(fixture.run(&again), "1 true b tree\n");
}

#[tokio::test]
async fn what_the_network_says_is_passed_on() {
    let fixture = Fixture::new(&[("app.ts", "import 'https://h.example/none.ts'")], &[]);
    let modules = Modules::new(Vec::new(), Some(Arc::new(Net::default())));
    let error = fixture
        .prepare_with("app.ts", &modules)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("https://h.example/none.ts was not fetched; put it into a folder"),
        "{error}"
    );
}
