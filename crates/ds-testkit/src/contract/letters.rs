//! Letters that wait to be sent.

use std::time::Duration;

use ds_core::{LetterStore, WaitingLetter};

use crate::sample::NOW;

/// [`LetterStore`].
pub async fn letter_store(store: &impl LetterStore) {
    let day = Duration::from_hours(24);
    let first = WaitingLetter {
        by_stranger: true,
        ..WaitingLetter::new(NOW, day)
    };
    let second = WaitingLetter::new(NOW.plus(day), day);
    assert_eq!(first.until, NOW.plus(day));
    store.keep_letter(&second, "second").await.unwrap();
    store.keep_letter(&first, "first").await.unwrap();
    assert_eq!(store.waiting_letters().await.unwrap(), [first, second]);
    let says = store.letter_text(first.id).await.unwrap();
    assert_eq!(says.as_deref(), Some("first"));

    let due = NOW.plus(day * 2);
    store.put_off_letter(first.id, 3, due).await.unwrap();
    let put_off = WaitingLetter {
        tries: 3,
        due,
        ..first
    };
    assert_eq!(store.waiting_letters().await.unwrap(), [second, put_off]);

    store.forget_letter(second.id).await.unwrap();
    store.forget_letter(second.id).await.unwrap();
    store.put_off_letter(second.id, 1, due).await.unwrap();
    assert_eq!(store.letter_text(second.id).await.unwrap(), None);
    assert_eq!(store.waiting_letters().await.unwrap(), [put_off]);

    store.keep_letter(&second, "second").await.unwrap();
    store.purge_letters(first.until).await.unwrap();
    assert_eq!(store.waiting_letters().await.unwrap(), [second, put_off]);
    let ended = first.until.plus(Duration::from_millis(1));
    store.purge_letters(ended).await.unwrap();
    assert_eq!(store.waiting_letters().await.unwrap(), [second]);
    assert_eq!(store.letter_text(first.id).await.unwrap(), None);
}
