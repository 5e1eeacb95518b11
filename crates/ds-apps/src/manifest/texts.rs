//! Fields that are one piece of text.

use unicode_segmentation::UnicodeSegmentation as _;
use url::Url;

use super::{Problem, fields::Fields};

/// A line that is shown to people: empty or long is worth a warning.
pub(super) fn short(fields: &mut Fields<'_>, field: &str, most: usize) -> String {
    let text = fields.text(field);
    let clean = one_line(&text);
    if clean != text {
        let message = format!("`{field}` has line breaks or control characters");
        fields.warn(field, Problem::Invalid, &clean, message);
    }
    if clean.is_empty() {
        let message = match field {
            "name" => "give the app a name: `\"name\": \"…\"` in dropapp.json".to_owned(),
            _ => format!("`{field}` is empty"),
        };
        fields.warn(field, Problem::Empty, "", message);
    } else if clean.graphemes(true).count() > most {
        let message = format!("`{field}` is longer than {most} characters");
        fields.warn(field, Problem::Big, &clean, message);
    }
    clean
}

/// The text without line breaks and control characters, whatever it is shown in.
pub(super) fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ").trim().to_owned()
}

/// A colour in any CSS notation, as `#rrggbb`.
pub(super) fn accent_color(fields: &mut Fields<'_>) -> Option<String> {
    let field = "accent-color";
    let text = fields.text(field);
    if text.is_empty() {
        return None;
    }
    let Ok(color) = csscolorparser::parse(&text) else {
        let message = "this is no CSS colour; write it like `#4080c0` or `teal`";
        fields.warn(field, Problem::Invalid, &text, message);
        return None;
    };
    let [red, green, blue, _] = color.to_rgba8();
    Some(format!("#{red:02x}{green:02x}{blue:02x}"))
}

/// An address on the web.
pub(super) fn web_address(fields: &mut Fields<'_>, field: &str) -> Option<String> {
    let text = fields.text(field);
    if text.is_empty() {
        return None;
    }
    let address = http_url(&text);
    if address.is_none() {
        let message = format!("`{field}` is no plain web address (https://… or http://…)");
        fields.warn(field, Problem::Invalid, &text, message);
    }
    address
}

/// The address normalised, if a browser would open it as a page and nothing else.
pub(super) fn http_url(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && url.has_host() && plain).then(|| url.into())
}

/// The licence; goes before the licence file, because one of the two is enough.
pub(super) fn license(fields: &mut Fields<'_>) -> Option<String> {
    let before = fields.warned();
    let text = fields.text("license");
    if text.is_empty() {
        if !fields.warned_since(before) && !fields.has("license-file") {
            let message =
                "say how others may use the app: `\"license\": \"MIT\"`, or a `license-file`";
            fields.warn("license", Problem::Empty, "", message);
        }
        return None;
    }
    let known = match spdx::license_id(&text) {
        Some(id) => Some(id.name.to_owned()),
        None => spdx::Expression::parse(&text).ok().map(|_| text.clone()),
    };
    if known.is_none() {
        let message = "this is no SPDX licence identifier, such as `MIT` or `Apache-2.0`";
        fields.warn("license", Problem::Invalid, &text, message);
    }
    known
}

/// The licence's text.
pub(super) fn license_file(fields: &mut Fields<'_>) -> Option<String> {
    fields.file("license-file").map(|(name, _)| name)
}

/// The day it was packaged.
pub(super) fn release_date(fields: &mut Fields<'_>) -> Option<String> {
    let text = fields.text("release-date");
    if text.is_empty() {
        return None;
    }
    match text.parse::<jiff::civil::Date>() {
        Ok(date) if date.to_string() == text => Some(text),
        _ => {
            let message = "this is no date; write it like `2026-01-31`";
            fields.warn("release-date", Problem::Invalid, &text, message);
            None
        }
    }
}
