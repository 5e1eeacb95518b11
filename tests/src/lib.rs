//! Whole-system tests live in `tests/it`; this package has no code of its own.
