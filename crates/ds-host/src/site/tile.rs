//! The little picture that stands for an app: its icon, else its first letter on a colour.

use ds_core::{AppVersion, Manifest};

/// Colours for apps that name none; each carries white text.
const COLORS: [&str; 6] = [
    "#2b776f", "#a85a38", "#7b4f7e", "#4b6584", "#66733a", "#a3445f",
];

/// What a page shows for an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Where its icon is.
    pub icon: Option<String>,
    /// The colour behind the letter, `#rrggbb`.
    pub color: String,
    /// The colour of the letter.
    pub on_color: &'static str,
    /// The letter.
    pub letter: String,
}

impl Tile {
    /// The tile of a version.
    #[must_use]
    pub fn of(name: &str, version: &AppVersion) -> Self {
        let icon = version.manifest.icon.is_some();
        Self {
            icon: icon.then(|| format!("/apps/{}/icon", version.id)),
            ..Self::plain(name, Some(&version.manifest))
        }
    }

    /// A letter on a colour.
    #[must_use]
    pub fn plain(name: &str, manifest: Option<&Manifest>) -> Self {
        let own = manifest.and_then(|manifest| manifest.accent_color.as_deref());
        let color = own.filter(|color| brightness(color).is_some());
        let color = color.unwrap_or_else(|| fallback(name));
        let letter = name.chars().find(|c| c.is_alphanumeric()).unwrap_or('•');
        Self {
            icon: None,
            color: color.to_owned(),
            on_color: if brightness(color).is_some_and(|b| b > 150) {
                "#1c1a17"
            } else {
                "#ffffff"
            },
            letter: letter.to_uppercase().to_string(),
        }
    }
}

/// Always the same colour for the same name.
fn fallback(name: &str) -> &'static str {
    let sum = name.bytes().fold(7_usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(byte))
    });
    COLORS[sum % COLORS.len()]
}

/// How bright `#rrggbb` is to the eye, 0 to 255.
fn brightness(color: &str) -> Option<u32> {
    let hex = color.strip_prefix('#').filter(|hex| hex.len() == 6)?;
    let part = |at: usize| u32::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    Some((299 * part(0)? + 587 * part(2)? + 114 * part(4)?) / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_can_be_read() {
        let manifest = |color: &str| -> Manifest {
            serde_json::from_value(serde_json::json!({
                "version": "1.0.0", "entrypoint": "app.ts", "accent-color": color,
            }))
            .unwrap()
        };
        let check = |name: &str, color: &str, expect: (&str, &str, &str)| {
            let tile = Tile::plain(name, Some(&manifest(color)));
            assert_eq!(
                (tile.letter.as_str(), tile.color.as_str(), tile.on_color),
                expect
            );
        };
        check("notes", "#ffee88", ("N", "#ffee88", "#1c1a17"));
        check("über", "#102030", ("Ü", "#102030", "#ffffff"));
        check("", "#000000", ("•", "#000000", "#ffffff"));
        check("notes", "red\"/>", ("N", fallback("notes"), "#ffffff"));
        check("notes", "#12é45", ("N", fallback("notes"), "#ffffff"));
        for color in COLORS {
            assert!(brightness(color).unwrap() < 150, "{color}");
        }
    }
}
