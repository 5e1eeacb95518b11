//! How far long work is, and whether to go on.

/// Told how far a copy is. Called often and from any thread; must not block.
pub trait Progress: Send + Sync {
    /// How much there will be to do, as soon as that is known; told again if it was wrong.
    fn expect(&self, bytes: u64, files: u64);
    /// That so much more was done.
    fn advance(&self, bytes: u64, files: u64);
    /// Whether somebody wants the work given up. Asked between files and at least every few MiB; the work
    /// then ends with an error of its own, and undoes what it did.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// For when nobody looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn expect(&self, _bytes: u64, _files: u64) {}
    fn advance(&self, _bytes: u64, _files: u64) {}
}
