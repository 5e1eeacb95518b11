//! DropIDs over any records, without a network.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use async_trait::async_trait;
use ds_auth::dropid::client::{Bounds, Got, WebError};

use super::*;

/// Pages of others, by their addresses.
#[derive(Default)]
pub(crate) struct FakeWeb(pub(crate) Mutex<HashMap<String, (String, Vec<u8>)>>);

impl FakeWeb {
    /// Puts something at an address.
    pub(crate) fn put(&self, url: &str, kind: &str, body: impl Into<Vec<u8>>) {
        let mut pages = self.0.lock().unwrap();
        pages.insert(url.into(), (kind.into(), body.into()));
    }
}

#[async_trait]
impl Web for FakeWeb {
    async fn get(&self, url: &Url, bounds: Bounds) -> Result<Got, WebError> {
        assert!(bounds.time <= Duration::from_secs(10) && bounds.bytes <= 2 << 20);
        let found = self.0.lock().unwrap().get(url.as_str()).cloned();
        let (kind, body) = found.ok_or_else(|| WebError {
            host: url.host_str().unwrap_or_default().into(),
            source: "there is nothing".into(),
        })?;
        Ok(Got {
            seen: vec![url.clone()],
            links: Vec::new(),
            content_type: Some(kind),
            body,
        })
    }

    async fn post(&self, _: &Url, _: &[(&str, &str)], _: Bounds) -> Result<Vec<u8>, WebError> {
        panic!("nothing is sent to anybody");
    }
}

/// Over records; the web is as it is put.
pub(crate) fn over<S>(
    store: &Arc<S>,
    logins: Arc<dyn MemberLogins>,
    names: &Names,
    data: &DataDir,
    web: Arc<FakeWeb>,
    clock: Arc<dyn Clock>,
) -> Arc<DropIds>
where
    S: CodeStore
        + ConnectedSiteStore
        + ContactStore
        + DropIdStore
        + RemoteAppspaceStore
        + RoleStore
        + SigningKeyStore
        + 'static,
{
    let parts = Parts {
        names: names.clone(),
        domains: vec!["ada.example".parse().unwrap()],
        web,
        logins,
        data: data.clone(),
        clock,
    };
    Arc::new(DropIds::new(store, parts).unwrap())
}
