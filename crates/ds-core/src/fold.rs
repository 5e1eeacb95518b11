//! Letters that differ only in being small or large.

/// A text in which people look for something: what differs only in small and large letters is the same.
#[must_use]
pub fn folded(text: &str) -> String {
    // Letter by letter: what a sigma becomes must not depend on whether it is the last one that was typed.
    let letters = text.chars().flat_map(char::to_lowercase);
    letters.map(|c| if c == 'ς' { 'σ' } else { c }).collect()
}

/// Whether `text` has `find` in it, in small or large letters.
#[must_use]
pub fn contains_folded(text: &str, find: &str) -> bool {
    folded(text).contains(&folded(find))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_in_what() {
        let check = |text: &str, find: &str, expect: bool| {
            assert_eq!(contains_folded(text, find), expect, "{find} in {text}");
        };
        check("Ada", "aD", true);
        check("ada", "", true);
        check("Ada", "eve", false);
        check("Änne Müller", "ÄNN", true);
        check("ÉMILE", "émi", true);
        check("Οδυσσέας", "ΟΔΥΣ", true);
        check("ΟΔΥΣΣΕΑΣ", "οδυσσεας", true);
        check("Жанна", "ЖАННА", true);
        check("Anne", "Änne", false);
        check("İpek", "İPEK", true);
        check("Işık", "IŞ", true);
    }
}
