//! The one program that may be run, run again. Refused, or it gains nothing: it is as confined as before.

use crate::escape::world::{Said, Stage};

attempt!(|stage: &mut Stage| {
    match stage.probe("again").said("again") {
        Said::Got(gained) => assert_eq!(gained, "0"),
        Said::Refused(_) => {}
    }
});
