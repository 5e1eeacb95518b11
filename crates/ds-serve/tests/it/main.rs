//! The pipeline from the outside, over sandboxes that do as the test says.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod busy;
mod hygiene;
mod previews;
mod terms;
mod world;
