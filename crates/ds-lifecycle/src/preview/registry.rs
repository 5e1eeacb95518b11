//! Which previews are open, and when each was last used.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ds_core::{AccountId, Address, AppspaceId, Clock, Gates, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{MOST, Preview, PreviewError, UNUSED_FOR};

/// What the addresses of previews begin with: what does not is no preview, which need not be looked up.
const BEGINS: &str = "preview-";

/// The previews of a host. Clones are the same.
#[derive(Clone)]
pub struct Previews(Arc<Shared>);

struct Shared {
    clock: Arc<dyn Clock>,
    gates: Gates,
    places: Arc<Semaphore>,
    open: Mutex<Vec<Open>>,
}

struct Open {
    preview: Arc<Preview>,
    used: Timestamp,
    /// Nobody finds it any more, and it is being removed.
    is_closing: bool,
    _place: OwnedSemaphorePermit,
}

impl Previews {
    pub(crate) fn new(clock: Arc<dyn Clock>, gates: Gates) -> Self {
        Self(Arc::new(Shared {
            clock,
            gates,
            places: Arc::new(Semaphore::new(MOST)),
            open: Mutex::default(),
        }))
    }

    /// A label for a new one that nobody can guess. It keeps nobody out; that only its owner may enter does.
    #[must_use]
    pub fn label() -> String {
        format!("{BEGINS}{}", ds_core::secret::random_text(20))
    }

    /// Whether an address could be a preview's.
    #[must_use]
    pub fn is_like(address: &Address) -> bool {
        address.as_str().starts_with(BEGINS)
    }

    /// The one at an address, which is being used now.
    #[must_use]
    pub fn at(&self, address: &Address) -> Option<Arc<Preview>> {
        if !Self::is_like(address) {
            return None;
        }
        let now = self.0.clock.now();
        let mut open = self.lock();
        let found = open
            .iter_mut()
            .find(|one| !one.is_closing && one.preview.appspace.address == *address)?;
        found.used = now;
        Some(Arc::clone(&found.preview))
    }

    /// Those of an account, opened last first.
    #[must_use]
    pub fn of(&self, owner: AccountId) -> Vec<Arc<Preview>> {
        let open = self.lock();
        let own = open
            .iter()
            .rev()
            .filter(|one| !one.is_closing && one.preview.appspace.owner == owner);
        own.map(|one| Arc::clone(&one.preview)).collect()
    }

    /// Whether one with this id is open.
    #[must_use]
    pub fn has(&self, id: AppspaceId) -> bool {
        let open = self.lock();
        open.iter()
            .any(|one| !one.is_closing && one.preview.appspace.id == id)
    }

    /// A place for one more.
    pub(super) fn take_place(&self) -> Result<OwnedSemaphorePermit, PreviewError> {
        let places = Arc::clone(&self.0.places);
        places
            .try_acquire_owned()
            .map_err(|_| PreviewError::TooMany)
    }

    pub(super) fn add(&self, preview: Arc<Preview>, place: OwnedSemaphorePermit) {
        self.lock().push(Open {
            used: preview.appspace.created,
            preview,
            is_closing: false,
            _place: place,
        });
    }

    /// Lets nobody find one any more. `None` if it is not open.
    pub(super) fn begin_closing(&self, id: AppspaceId) -> Option<Arc<Preview>> {
        let mut open = self.lock();
        let found = open
            .iter_mut()
            .find(|one| !one.is_closing && one.preview.appspace.id == id)?;
        found.is_closing = true;
        Some(Arc::clone(&found.preview))
    }

    /// Forgets one that was removed: its place is free.
    pub(super) fn forget(&self, id: AppspaceId) {
        self.lock().retain(|one| one.preview.appspace.id != id);
    }

    /// All that are open.
    pub(super) fn all(&self) -> Vec<AppspaceId> {
        let open = self.lock();
        open.iter().map(|one| one.preview.appspace.id).collect()
    }

    /// Those whose time is over.
    pub(super) fn due(&self) -> Vec<AppspaceId> {
        let now = self.0.clock.now();
        let mut open = self.lock();
        let mut due = Vec::new();
        for one in open.iter_mut() {
            let id = one.preview.appspace.id;
            // A long answer is use, too.
            if self.0.gates.known(id).is_some_and(|gate| gate.leases() > 0) {
                one.used = now;
            }
            if one.preview.until <= now || one.used.plus(UNUSED_FOR) <= now {
                due.push(id);
            }
        }
        due
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Open>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
