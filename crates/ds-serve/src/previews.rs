//! Snapshots that are open for a look, served like appspaces: to their owner alone, and nothing can be changed.

use std::sync::Arc;

use async_trait::async_trait;
use ds_auth::{Denied, Visitor};
use ds_core::{Address, Appspace, AppspaceId};
use ds_lifecycle::{MemberUsers, Preview, Previews};
use http::Method;
use moka::sync::Cache;

use crate::{
    Directory, DirectoryError, ServeError, Site, SitePreview, Sources, Terms,
    directory::static_roots,
};

/// More than are open at once, so that the sites of closed ones are forgotten by and by.
const KEPT: u64 = 16;

/// A directory that knows previews beside what another knows.
pub struct WithPreviews {
    previews: Previews,
    sources: Sources,
    others: Arc<dyn Directory>,
    sites: Cache<AppspaceId, Arc<Site>>,
}

impl WithPreviews {
    /// These previews, and all else that `others` knows. The members in `sources` are those of previews, too.
    #[must_use]
    pub fn new(previews: Previews, sources: Sources, others: Arc<dyn Directory>) -> Self {
        Self {
            previews,
            sources,
            others,
            sites: Cache::new(KEPT),
        }
    }

    async fn site(&self, preview: &Preview) -> Result<Arc<Site>, DirectoryError> {
        let id = preview.appspace.id;
        if let Some(site) = self.sites.get(&id) {
            return Ok(site);
        }
        let site = Arc::new(self.load(preview).await?);
        self.sites.insert(id, Arc::clone(&site));
        Ok(site)
    }

    async fn load(&self, preview: &Preview) -> Result<Site, DirectoryError> {
        let (sources, appspace) = (&self.sources, &preview.appspace);
        let version = sources.version(appspace.version_id).await?;
        let dir = sources.data.preview(appspace.id);
        let app = sources.data.app_version(version.app, version.id);
        let members = Arc::clone(&sources.members);
        Ok(Site {
            gate: sources.examiner.gates.of_new(appspace.id),
            routes: sources.table(version.id).await?,
            roots: static_roots(&app, &dir),
            dir,
            code: (sources.code_of)(&version),
            users: Arc::new(MemberUsers::new(members, appspace.id)),
            terms: self.terms(preview, version).await?,
            appspace: appspace.clone(),
            preview: Some(SitePreview {
                owner: preview.owner.clone(),
                made: preview.about.made,
            }),
        })
    }

    /// The bounds of the appspace, and no way to other hosts: what is old must not speak in the name of what is now.
    async fn terms(
        &self,
        preview: &Preview,
        mut version: ds_core::AppVersion,
    ) -> Result<Terms, DirectoryError> {
        let of = Appspace {
            id: preview.of,
            ..preview.appspace.clone()
        };
        version.manifest.egress.clear();
        let terms = self.sources.terms.terms(&of, &version).await?;
        Ok(Terms::new(terms.limits, None).with_web(terms.web.to_itself()))
    }
}

#[async_trait]
impl Directory for WithPreviews {
    async fn at(&self, address: &Address) -> Result<Option<Arc<Site>>, DirectoryError> {
        match self.previews.at(address) {
            Some(preview) => Ok(Some(self.site(&preview).await?)),
            None => self.others.at(address).await,
        }
    }
}

/// What is said where nothing answers.
pub(crate) fn missing(address: &Address) -> ServeError {
    if Previews::is_like(address) {
        ServeError::NoPreview
    } else {
        ServeError::NoAppspace
    }
}

/// Whether a request may go on to the routes of a preview, which then decide as for any member.
pub(crate) fn admit(
    preview: &SitePreview,
    visitor: &Visitor,
    method: &Method,
) -> Result<(), ServeError> {
    match visitor {
        Visitor::Anonymous => Err(Denied::NotLoggedIn.into()),
        Visitor::Member(member) if !member.is_owner || member.proxy_id != preview.owner => {
            Err(ServeError::NotYourPreview)
        }
        Visitor::Member(_) if !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) => {
            Err(ServeError::Preview { made: preview.made })
        }
        Visitor::Member(_) => Ok(()),
    }
}
