//! From a person's page to the server that vouches for them.

use super::{LoginError, Want, Web};
use crate::dropid::{
    links::{METADATA, Page},
    metadata::Metadata,
    name::Local,
    profile::ProfileUrl,
};

/// A person's server.
#[derive(Clone, Debug)]
pub struct Discovered {
    /// Whom it was looked for.
    pub entered: ProfileUrl,
    /// Where their page was, redirects included.
    pub seen: Vec<String>,
    /// What it says of itself.
    pub server: Metadata,
}

impl Discovered {
    /// Asks a person's page, and then the server it names.
    ///
    /// # Errors
    /// If there is none that can be relied on.
    pub async fn find(
        web: &dyn Web,
        entered: ProfileUrl,
        local: Local,
    ) -> Result<Self, LoginError> {
        let got = web.get(entered.url(), Want::Profile.bounds()).await;
        let got = got.map_err(LoginError::of_web)?;
        let page = Page {
            url: got.seen.last().unwrap_or(entered.url()),
            links: &got.links,
            content_type: got.content_type.as_deref(),
            body: &got.body,
        };
        let no_server = || LoginError::NoServer {
            who: entered.to_string(),
        };
        let at = page.link(METADATA).ok_or_else(no_server)?;
        // A page may link anywhere; what is no address of the web is not asked for.
        let at = ProfileUrl::parse(at.as_str(), local).map_err(|_| no_server())?;
        let got_metadata = web.get(at.url(), Want::Metadata.bounds()).await;
        let body = got_metadata.map_err(LoginError::of_web)?.body;
        let server = Metadata::read(at.url(), &body, local)?;
        let seen = got.seen.iter().map(ToString::to_string).collect();
        Ok(Self {
            entered,
            seen,
            server,
        })
    }
}
