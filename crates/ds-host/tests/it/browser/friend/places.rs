//! Two hosts with certificates, and a browser for each of two people.

use std::{fs, path::PathBuf};

use url::{Position, Url};

use crate::{
    browser::{driver::Driver, person::Person, things::picture},
    remote_login::{
        pair::{Authority, PASSWORD, Place},
        picnic::{APP, MANIFEST},
    },
};

/// The friend's account at host B.
pub(super) const GRACE: &str = "grace@b.example";

/// Host A with Ada's appspace, host B with Grace's account.
pub(super) struct Places {
    pub(super) a: Place,
    pub(super) notes: Url,
    pub(super) b: Place,
    driver: Driver,
    /// The key of both, which browsers are told to believe.
    key: String,
}

impl Places {
    pub(super) fn new() -> Self {
        let authority = Authority::new();
        let (a, notes) = Place::with_app("a", "", Some(&authority), MANIFEST, APP);
        let b = Place::start("b", "", Some(&authority));
        let create = format!("account create --email {GRACE} --password-stdin");
        assert_eq!(b.host.run_with(&create, PASSWORD).code, 0);
        Self {
            a,
            notes,
            b,
            driver: Driver::start(),
            key: authority.fingerprint(),
        }
    }

    pub(super) async fn ada(&self) -> Person {
        Person::arrives_believing(&self.driver, &self.key).await
    }

    pub(super) async fn grace(&self) -> Person {
        Person::arrives_believing(&self.driver, &self.key).await
    }

    /// A DropID of host B.
    pub(super) fn dropid(&self, handle: &str) -> String {
        let domain = &self.b.site[Position::BeforeHost..Position::AfterPort];
        format!("{domain}/{handle}")
    }

    /// A picture to upload.
    pub(super) fn photo(&self) -> PathBuf {
        let file = self.b.host.dir.path().join("grace.png");
        fs::write(&file, picture(120)).unwrap();
        file
    }
}
