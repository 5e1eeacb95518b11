//! What the entrance's pages have in common: the name they stand under, and how errors look there.

use askama::Template;
use axum::response::Response;
use ds_serve::Site;

use crate::site::{
    message::{Message, Told},
    pages::page,
};

/// What surrounds every page of an entrance.
#[derive(Debug)]
pub struct EntranceFrame {
    /// The appspace's address, as people see it.
    pub name: String,
}

impl EntranceFrame {
    /// That of an appspace.
    #[must_use]
    pub fn of(site: &Site) -> Self {
        Self {
            name: site.appspace.address.to_string(),
        }
    }
}

/// The address of an asset, for templates of the entrance.
#[must_use]
pub fn asset(name: &str) -> String {
    format!("/.dropserver{}", crate::site::assets::url(name))
}

#[derive(Template)]
#[template(path = "entrance_message.html")]
struct MessagePage<'a> {
    frame: EntranceFrame,
    message: &'a Message,
}

/// An error of the account site's kind says the same here, in the entrance's own clothes: the account site's
/// style and links are not at this address.
pub(super) fn in_own_clothes(site: &Site, response: Response) -> Response {
    let Some(Told(message)) = response.extensions().get::<Told>().cloned() else {
        return response;
    };
    let frame = EntranceFrame::of(site);
    let message = &message;
    page(response.status(), &MessagePage { frame, message })
}
