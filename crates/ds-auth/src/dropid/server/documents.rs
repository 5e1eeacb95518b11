//! What clients say of themselves, asked for and remembered shortly.

use std::{sync::Arc, time::Duration};

use ds_core::error_chain;
use moka::sync::Cache;

use super::{ClientDocument, ClientId};
use crate::dropid::client::{Want, Web};

/// How long a description is good: from the question to the yes, and a little more.
const GOOD_FOR: Duration = Duration::from_mins(10);
const REMEMBERED: u64 = 1_000;

/// Asks clients what they say of themselves.
pub struct ClientDocuments {
    web: Arc<dyn Web>,
    known: Cache<String, ClientDocument>,
}

impl ClientDocuments {
    /// Asks by this web.
    #[must_use]
    pub fn new(web: Arc<dyn Web>) -> Self {
        let known = Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_live(GOOD_FOR)
            .build();
        Self { web, known }
    }

    /// What a client says. `None` if it cannot be had or not be relied on: then the client is its host name and no more.
    /// That is not remembered.
    pub async fn find(&self, client: &ClientId) -> Option<ClientDocument> {
        if let Some(known) = self.known.get(client.as_str()) {
            return Some(known);
        }
        let got = self
            .web
            .get(client.url(), Want::ClientDocument.bounds())
            .await;
        let read = match got {
            Ok(got) => ClientDocument::read(client, &got.body),
            Err(error) => {
                let error = error_chain(&error);
                tracing::info!(client = client.host(), error, "a client does not answer");
                return None;
            }
        };
        let found = read
            .inspect_err(|error| {
                let error = error_chain(error);
                tracing::info!(
                    client = client.host(),
                    error,
                    "a client's words are not taken"
                );
            })
            .ok()?;
        self.known.insert(client.as_str().to_owned(), found.clone());
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use url::Url;

    use super::*;
    use crate::dropid::{
        Local,
        client::{Bounds, Got, WebError},
    };

    /// Answers with the next of these.
    struct Fake(Mutex<Vec<Option<String>>>);

    #[async_trait]
    impl Web for Fake {
        async fn get(&self, url: &Url, bounds: Bounds) -> Result<Got, WebError> {
            assert_eq!(
                (bounds.time.as_secs(), bounds.bytes, bounds.redirects),
                (3, 16 << 10, 0)
            );
            let next = self.0.lock().unwrap().remove(0);
            let body = next.ok_or_else(|| WebError {
                host: url.to_string(),
                source: "down".into(),
            })?;
            Ok(Got {
                seen: vec![url.clone()],
                links: Vec::new(),
                content_type: None,
                body: body.into_bytes(),
            })
        }
        async fn post(&self, _: &Url, _: &[(&str, &str)], _: Bounds) -> Result<Vec<u8>, WebError> {
            panic!("nothing is sent to a client");
        }
    }

    #[tokio::test]
    async fn what_is_good_is_remembered_and_nothing_else() {
        let client = ClientId::read("https://a.example/c", Local::Refused).unwrap();
        let good = r#"{"client_id": "https://a.example/c", "client_name": "Notes"}"#;
        let answers = [None, Some("{}".into()), Some(good.into())];
        let web = Arc::new(Fake(Mutex::new(answers.into())));
        let documents = ClientDocuments::new(web.clone());
        assert_eq!(documents.find(&client).await, None);
        assert_eq!(documents.find(&client).await, None);
        for _ in 0..2 {
            let found = documents.find(&client).await.unwrap();
            assert_eq!(found.name.as_deref(), Some("Notes"));
        }
        assert!(web.0.lock().unwrap().is_empty());
    }
}
