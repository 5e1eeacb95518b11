//! Whether somebody who should not get in stays outside.

use serde_json::Value;
use url::Url;

use super::{
    pair::Place,
    person::{Page, Person},
};

/// The members of an appspace before somebody tries.
pub(crate) struct Outside<'p> {
    place: &'p Place,
    notes: &'p Url,
    members: Value,
}

impl<'p> Outside<'p> {
    pub(crate) fn of(place: &'p Place, notes: &'p Url) -> Self {
        let members = members(place);
        Self {
            place,
            notes,
            members,
        }
    }

    /// Asserts that this answer let nobody in: it gives no session, the page for members is shut, and the members are
    /// who they were.
    pub(crate) fn refused(&self, what: &str, person: &mut Person, page: &Page, status: u16) {
        assert_eq!(page.status, status, "{what}: {page:?}");
        assert!(!is_let_in(page), "{what}: {page:?}");
        let private = person.get(&self.notes.join("/private").unwrap());
        assert_eq!(private.status, 303, "{what}: {private:?}");
        assert_eq!(members(self.place), self.members, "{what}");
    }
}

/// Whether an answer gives a session of a member.
pub(crate) fn is_let_in(page: &Page) -> bool {
    page.text.contains("ds-member=")
}

/// All that is known of the members, but for when they came.
pub(crate) fn members(place: &Place) -> Value {
    let mut listed = place.done("appspace member list notes")["members"].take();
    for one in listed.as_array_mut().unwrap() {
        one.as_object_mut().unwrap().remove("last_seen").unwrap();
    }
    listed
}

/// What comes of it, now.
pub(crate) fn done_now<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(work)
}
