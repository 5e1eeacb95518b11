//! Modules put behind each other, and the map of that.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// All files of `app/` as one, and where each of their words was.
pub(super) fn bundle(files: &[(&str, &str)]) -> (String, String) {
    let (mut code, mut mappings) = (String::new(), String::new());
    // What the next numbers are relative to: a file, its line, and the column there.
    let mut last = [0; 3];
    for (file, (_, text)) in files.iter().enumerate() {
        for (at, line) in text.lines().enumerate() {
            code.extend([line, "\n"]);
            let mut column = 0;
            for start in words(line) {
                number(&mut mappings, signed(start) - column);
                column = signed(start);
                let place = [file, at, start].map(signed);
                for (now, last) in place.iter().zip(&last) {
                    number(&mut mappings, now - last);
                }
                last = place;
                mappings.push(',');
            }
            mappings.push(';');
        }
    }
    let sources = files.iter().map(|(name, _)| format!("../app/{name}"));
    let map = serde_json::json!({
        "version": 3,
        "sources": sources.collect::<Vec<_>>(),
        "names": [],
        "mappings": mappings.replace(",;", ";"),
    });
    (code, map.to_string())
}

/// Where words begin, and the line.
fn words(line: &str) -> impl Iterator<Item = usize> {
    let mut inside = false;
    let starts = line.chars().enumerate().filter(move |(at, letter)| {
        let before = std::mem::replace(&mut inside, letter.is_alphanumeric());
        *at == 0 || (inside && !before)
    });
    starts.map(|(at, _)| at)
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap()
}

/// Five bits to a digit, the lowest first; the very lowest is the sign.
fn number(to: &mut String, number: i64) {
    let mut left = number.unsigned_abs() << 1 | u64::from(number < 0);
    loop {
        let (five, rest) = (left & 31, left >> 5);
        let digit = five | u64::from(rest > 0) << 5;
        to.push(char::from(DIGITS[usize::try_from(digit).unwrap()]));
        if rest == 0 {
            return;
        }
        left = rest;
    }
}
