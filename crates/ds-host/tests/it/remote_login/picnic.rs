//! An app that shows its members, with their names and pictures.

/// Its manifest.
pub(crate) const MANIFEST: &str =
    r#"{"name": "Picnic", "version": "1.0.0", "entrypoint": "app.ts", "ds-api": 1}"#;
/// Its code.
pub(crate) const APP: &str = include_str!("picnic.ts");
