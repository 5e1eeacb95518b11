//! What a person's page says of them: an [h-card](https://microformats.org/wiki/h-card). All of it is a claim.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use url::Url;

use super::{
    client::{Got, LoginError, Want, Web, shown_name},
    links::is_html,
    name::Local,
    profile::{ProfileUrl, web_url},
};

/// The most of a name that is read, in bytes.
const NAME_BYTES: usize = 1024;

/// Name and picture of somebody, as their page has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// What they are called, cut and without what would change the text around it.
    pub name: Option<String>,
    /// Where their picture is; not looked at yet.
    pub photo: Option<Url>,
}

impl Card {
    /// Asks somebody's page.
    ///
    /// # Errors
    /// If there is none within the bounds.
    pub async fn find(web: &dyn Web, who: &ProfileUrl, local: Local) -> Result<Self, LoginError> {
        let got = web.get(who.url(), Want::Profile.bounds()).await;
        Ok(Self::read(
            &got.map_err(LoginError::of_web)?,
            who.url(),
            local,
        ))
    }

    /// Reads the first card of a page that was asked for at `asked`.
    #[must_use]
    pub fn read(got: &Got, asked: &Url, local: Local) -> Self {
        if !is_html(got.content_type.as_deref()) {
            return Self::default();
        }
        let found = Found::in_html(&got.body);
        let at = got.seen.last().unwrap_or(asked);
        let photo = found.photo.and_then(|photo| at.join(photo.trim()).ok());
        Self {
            name: found.name.as_deref().and_then(shown_name),
            photo: photo.filter(|photo| web_url(photo.as_str(), local).is_ok()),
        }
    }
}

/// What stands there.
#[derive(Default)]
struct Found {
    name: Option<String>,
    photo: Option<String>,
}

impl Found {
    /// Comments, scripts and texts are skipped as a browser would.
    fn in_html(body: &[u8]) -> Self {
        let mut found = Self::default();
        // The name that is being read: its element, how deep it is inside itself, and the text so far.
        let mut reading: Option<(Vec<u8>, usize, Vec<u8>)> = None;
        let mut is_inside = false;
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        for token in Tokenizer::new_with_emitter(body, emitter) {
            let Ok(token) = token;
            match (token, &mut reading) {
                (Token::StartTag(tag), Some((element, depth, _))) => {
                    *depth += usize::from(**tag.name == **element && !tag.self_closing);
                }
                (Token::String(text), Some((.., name))) => {
                    name.extend(text.0.iter().take(NAME_BYTES.saturating_sub(name.len())));
                }
                (Token::EndTag(tag), Some((element, depth, name))) if **tag.name == **element => {
                    *depth -= 1;
                    if *depth == 0 {
                        found.name = Some(String::from_utf8_lossy(name).into_owned());
                        reading = None;
                    }
                }
                (Token::StartTag(tag), None) => {
                    is_inside |= has_class(&tag, "h-card");
                    if is_inside && found.photo.is_none() && has_class(&tag, "u-photo") {
                        found.photo = attribute(&tag, b"src").or_else(|| attribute(&tag, b"data"));
                    }
                    if is_inside && found.name.is_none() && has_class(&tag, "p-name") {
                        reading = Some((tag.name.0.clone(), 1, Vec::new()));
                    }
                }
                _ => {}
            }
            if found.name.is_some() && found.photo.is_some() {
                break;
            }
        }
        found
    }
}

fn attribute(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    let value = tag.attributes.get(name)?;
    String::from_utf8(value.0.clone()).ok()
}

fn has_class(tag: &StartTag<()>, class: &str) -> bool {
    let classes = attribute(tag, b"class").unwrap_or_default();
    classes.split_ascii_whitespace().any(|one| one == class)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(body: &str, kind: &str) -> (Option<String>, Option<String>) {
        let asked = Url::parse("https://b.example/ada").unwrap();
        let got = Got {
            seen: vec![asked.clone()],
            links: Vec::new(),
            content_type: Some(kind.into()),
            body: body.as_bytes().to_vec(),
        };
        let card = Card::read(&got, &asked, Local::Refused);
        (card.name, card.photo.map(String::from))
    }

    #[test]
    fn cards() {
        let check = |body: &str, name: Option<&str>, photo: Option<&str>| {
            let (got_name, got_photo) = read(body, "text/html; charset=utf-8");
            assert_eq!(
                (got_name.as_deref(), got_photo.as_deref()),
                (name, photo),
                "{body}"
            );
        };
        let card = |inner: &str| format!("<main><div class='x h-card'>{inner}</div></main>");
        check(
            &card("<img class=u-photo src=/p.png alt=''><h1 class=p-name>Ada &amp; Co</h1>"),
            Some("Ada & Co"),
            Some("https://b.example/p.png"),
        );
        check(
            &card("<p class=p-name>A<b>d</b>a<p>x</p></p>"),
            Some("Adax"),
            None,
        );
        check(
            &card("<span class=p-name><span>Ada</span> L</span> x"),
            Some("Ada L"),
            None,
        );
        check(&card("<h1 class=p-name>A\u{202e}b</h1>"), Some("A b"), None);
        check(&card("<!-- <h1 class=p-name>Ada</h1> -->"), None, None);
        check(
            &card("<script><h1 class=p-name>Ada</h1></script>"),
            None,
            None,
        );
        check(&card("<h1 class=p-name>never ends"), None, None);
        check(
            "<h1 class=p-name>Ada</h1><img class=u-photo src=/p>",
            None,
            None,
        );
        for bad in [
            "http://b.example/p",
            "https://10.0.0.1/p",
            "javascript:x",
            "https://localhost/p",
            "data:x",
        ] {
            check(
                &card(&format!("<img class=u-photo src='{bad}'>")),
                None,
                None,
            );
        }
        check("", None, None);
        let html = card("<h1 class=p-name>Ada</h1>");
        assert_eq!(read(&html, "text/plain"), (None, None));
        let (long, _) = read(
            &card(&format!("<p class=p-name>{}", "x".repeat(90_000))),
            "text/html",
        );
        assert_eq!(long, None);
        let (long, _) = read(
            &card(&format!("<p class=p-name>{}</p>", "x".repeat(90_000))),
            "text/html",
        );
        assert_eq!(long.unwrap().len(), 30);
    }

    proptest! {
        #[test]
        fn nothing_upsets_it(body in "(<div class=h-card>)?[<>!'\"= a-z/-]{0,40}(<b class=p-name>|</b>|<b>|</b/>){0,5}") {
            let _ = read(&body, "text/html");
        }
    }
}
