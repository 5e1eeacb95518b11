//! Members' pictures on our pages.

use axum::{
    extract::{Multipart, Path, State, multipart::MultipartError},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use ds_core::Member;

use crate::site::{SiteState, error::SiteError, person::Person};

/// How a member is shown: their picture, or the first letter of their name.
#[derive(Clone, Debug)]
pub(crate) struct Face {
    /// Where the picture is, if there is one.
    pub(crate) picture: Option<String>,
    /// The letter.
    pub(crate) letter: String,
}

impl Face {
    /// That of a member whose picture is shown at `place`. The picture's own name is part of the address, so that browsers
    /// may keep it.
    pub(crate) fn of(member: &Member, place: &str) -> Self {
        let has_one = !member.avatar.is_empty();
        let name = percent_encoding::utf8_percent_encode(
            &member.avatar,
            percent_encoding::NON_ALPHANUMERIC,
        );
        let letter = member.display_name.chars().next();
        Self {
            picture: has_one.then(|| format!("{place}?v={name}")),
            letter: letter
                .map(|c| c.to_uppercase().collect())
                .unwrap_or_default(),
        }
    }
}

/// `GET /appspaces/{name}/members/{id}/picture`
pub(super) async fn show(
    State(site): State<SiteState>,
    person: Person,
    Path((name, id)): Path<(String, String)>,
) -> Result<Response, SiteError> {
    let picture = site.ops.member_picture(person.account.id, &name, &id);
    face(picture.await?)
}

/// A picture, if there is one, as what can be nothing else.
pub(crate) fn face(picture: Option<(Vec<u8>, &'static str)>) -> Result<Response, SiteError> {
    let (bytes, media_type) = picture.ok_or(SiteError::NoPage)?;
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "private, max-age=86400"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
    ];
    Ok((headers, bytes).into_response())
}

/// The file `picture` of a form; `None` if none was chosen, or the button that removes it was used.
pub(crate) async fn upload(mut form: Multipart) -> Result<Option<Vec<u8>>, SiteError> {
    let mut picture = None;
    while let Some(field) = form.next_field().await.map_err(|error| refusal(&error))? {
        match field.name() {
            Some("remove") => return Ok(None),
            Some("picture") => {
                let bytes = field.bytes().await.map_err(|error| refusal(&error))?;
                picture = Some(bytes.to_vec());
            }
            _ => {}
        }
    }
    picture.map(Some).ok_or(SiteError::BadForm)
}

fn refusal(error: &MultipartError) -> SiteError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        SiteError::TooLarge
    } else {
        SiteError::BadForm
    }
}
