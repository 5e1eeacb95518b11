//! An appspace of one host, and Ada of another, who is a member of it.

use url::Url;

use super::{
    outside::Outside,
    pair::{Authority, Place, agrees, says},
    person::Person,
};

/// An appspace of which Ada, of another host, is a member.
pub(crate) struct Scene {
    pub(crate) a: Place,
    pub(crate) notes: Url,
    pub(crate) b: Place,
    pub(crate) ada: Person,
    pub(crate) dropid: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let authority = Authority::new();
        let (a, notes) = Place::with_notes("a", "", Some(&authority));
        let b = Place::start("b", "", Some(&authority));
        let (ada, dropid) = b.ada("b");
        a.done(&format!("appspace member add notes {dropid} --as Ada"));
        Self {
            a,
            notes,
            b,
            ada,
            dropid,
        }
    }

    pub(crate) fn outside(&self) -> Outside<'_> {
        Outside::of(&self.a, &self.notes)
    }

    /// Ada begins a login: where her host is asked.
    pub(crate) fn begins(&mut self) -> Url {
        says(&mut self.ada, &self.notes, &self.dropid).to()
    }

    /// She begins one and says yes: the address that brings her back.
    pub(crate) fn comes_back(&mut self) -> Url {
        let to = self.begins();
        let asked = self.ada.get(&to);
        agrees(&mut self.ada, &asked, &self.dropid).to()
    }

    /// Her very same browser, once more.
    pub(crate) fn copy(&self) -> Person {
        self.ada.clone()
    }
}
