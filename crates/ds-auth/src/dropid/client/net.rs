//! The web, by way of the client that cannot be turned against the host.

use async_trait::async_trait;
use ds_net::{Client, Visit, Visited};
use url::Url;

use super::{Bounds, Got, Web, WebError};

async fn visit(
    client: &Client,
    url: &Url,
    form: Option<&str>,
    bounds: Bounds,
) -> Result<Visited, WebError> {
    let visit = Visit {
        url,
        form,
        accept: bounds.accept,
        total: bounds.time,
        max_body: bounds.bytes,
        max_redirects: bounds.redirects,
    };
    client.visit(&visit).await.map_err(|error| WebError {
        host: url.host_str().unwrap_or_default().to_owned(),
        source: Box::new(error),
    })
}

#[async_trait]
impl Web for Client {
    async fn get(&self, url: &Url, bounds: Bounds) -> Result<Got, WebError> {
        let visited = visit(self, url, None, bounds).await?;
        Ok(Got {
            seen: visited.seen,
            links: visited.links,
            content_type: visited.content_type,
            body: visited.body.to_vec(),
        })
    }

    async fn post(
        &self,
        url: &Url,
        form: &[(&str, &str)],
        bounds: Bounds,
    ) -> Result<Vec<u8>, WebError> {
        let text = {
            let mut text = url::form_urlencoded::Serializer::new(String::new());
            text.extend_pairs(form).finish()
        };
        let visited = visit(self, url, Some(&text), bounds).await?;
        Ok(visited.body.to_vec())
    }
}
