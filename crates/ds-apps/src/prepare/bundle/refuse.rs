//! Why an app stays file by file.

/// Why an app's modules were not made one module. It runs all the same, file by file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unbundled {
    /// It is one module already.
    #[error("it is one module already")]
    One,
    /// More than one module may hold.
    #[error("its modules are more than one file may hold")]
    TooMuch,
    /// A module does something that would not mean the same elsewhere.
    #[error("{module} {what}")]
    Uses {
        /// Which module.
        module: String,
        /// What it does.
        what: &'static str,
    },
    /// A module imports something that must stay a file of its own.
    #[error("{module} imports \"{specifier}\", which {what}")]
    Imports {
        /// Which module.
        module: String,
        /// What it imports.
        specifier: String,
        /// Why that must stay.
        what: &'static str,
    },
    /// What came of it is not what it should be: a defect here, or of the module.
    #[error("the one module would not be right: {0}")]
    Wrong(String),
}

impl Unbundled {
    /// A module does something.
    pub(super) fn uses(module: &str, what: &'static str) -> Self {
        Self::Uses {
            module: module.to_owned(),
            what,
        }
    }

    /// A module imports something.
    pub(super) fn imports(module: &str, specifier: &str, what: &'static str) -> Self {
        Self::Imports {
            module: module.to_owned(),
            specifier: specifier.to_owned(),
            what,
        }
    }
}
