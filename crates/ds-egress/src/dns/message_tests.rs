//! Messages as others write them, and as nobody should.

use proptest::prelude::*;

use super::*;

/// A question as a resolver writes it.
fn asked(labels: &[&[u8]], kind: u16) -> Vec<u8> {
    let mut message = vec![0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in labels {
        message.push(u8::try_from(label.len()).unwrap());
        message.extend(*label);
    }
    message.push(0);
    message.extend(kind.to_be_bytes());
    message.extend([0, 1]);
    message
}

#[test]
fn names() {
    let check = |labels: &[&[u8]], expect: &str| {
        assert_eq!(read(&asked(labels, 1)).unwrap().name, expect);
    };
    check(&[b"api", b"example", b"com"], "api.example.com");
    check(&[b"API", b"Example", b"com"], "api.example.com");
    check(&[b"_x", b"a-1", b"org"], "_x.a-1.org");
    check(&[], "");
    // A dot inside a label is none between labels.
    check(&[b"evil.org", b"example", b"com"], "evil?org.example.com");
    check(&[b"a\0\n\xff", b"com"], "a???.com");
}

#[test]
fn an_answer_echoes_the_question() {
    let message = asked(&[b"Api", b"example", b"com"], 1);
    let question = read(&message).unwrap();
    let answer = write(&question, Answer::Address([127, 1, 0, 9].into()));
    let mut expect = vec![0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
    expect.extend(&message[12..]);
    expect.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 1, 0, 9]);
    assert_eq!(answer, expect);
    for (answer, code) in [
        (Answer::Nothing, 0x80),
        (Answer::NoSuchName, 0x83),
        (Answer::Refused, 0x85),
    ] {
        let answer = write(&question, answer);
        assert_eq!(answer[2..8], [0x81, code, 0, 1, 0, 0], "{code}");
        assert_eq!(answer[12..], message[12..]);
    }
    assert!(!read(&asked(&[b"a"], 28)).unwrap().is_for_v4);
}

#[test]
fn what_is_no_question() {
    let noise = |message: &[u8]| assert_eq!(read(message), Err(Unreadable::Noise), "{message:?}");
    noise(b"");
    noise(&[0; 11]);
    let good = asked(&[b"a", b"b"], 1);
    let mut response = good.clone();
    response[2] |= 0x80;
    noise(&response);

    let refused = |change: &dyn Fn(&mut Vec<u8>), code: u8| {
        let mut message = good.clone();
        change(&mut message);
        match read(&message) {
            Err(Unreadable::Bad(refusal)) => {
                let answer = write_refusal(refusal);
                assert_eq!((answer.len(), answer[3] & 15), (12, code), "{message:?}");
                assert_eq!(answer[..2], message[..2]);
            }
            other => panic!("{message:?}: {other:?}"),
        }
    };
    refused(&|m| m[5] = 0, 1);
    refused(&|m| m[5] = 2, 1);
    refused(&|m| m[2] = 0x10, 4);
    refused(&|m| m.truncate(12), 1);
    refused(&|m| m.truncate(16), 1);
    refused(&|m| m.truncate(m.len() - 1), 1);
    // A pointer to itself, and labels of a kind that nobody defined.
    refused(&|m| m[12..14].copy_from_slice(&[0xc0, 12]), 1);
    refused(&|m| m[12] = 0x41, 1);
    refused(&|m| *m.last_mut().unwrap() = 3, 4);
    let long: Vec<&[u8]> = vec![b"abcdefghi"; 26];
    assert!(matches!(read(&asked(&long, 1)), Err(Unreadable::Bad(_))));
    assert!(read(&asked(&long[1..], 1)).is_ok());
}

proptest! {
    #[test]
    fn whatever_comes_is_survived(message in prop::collection::vec(any::<u8>(), 0..600)) {
        match read(&message) {
            Ok(question) => {
                let answer = write(&question, Answer::Nothing);
                prop_assert_eq!(&answer[12..], &message[12..answer.len()]);
            }
            Err(Unreadable::Bad(refusal)) => prop_assert_eq!(write_refusal(refusal).len(), 12),
            Err(Unreadable::Noise) => {}
        }
    }

    #[test]
    fn names_are_read_as_they_were_written(
        labels in prop::collection::vec("[a-z0-9_-]{1,63}", 1..4),
        junk in prop::collection::vec(any::<u8>(), 0..40),
        kind in any::<u16>(),
    ) {
        let bytes: Vec<&[u8]> = labels.iter().map(String::as_bytes).collect();
        let mut message = asked(&bytes, kind);
        message.extend(junk);
        let question = read(&message).unwrap();
        prop_assert_eq!(question.name, labels.join("."));
        prop_assert_eq!(question.is_for_v4, kind == 1);
    }

    #[test]
    fn half_a_message_is_never_a_question(labels in prop::collection::vec("[a-z]{1,20}", 1..4), cut in 0.0..1.0) {
        let bytes: Vec<&[u8]> = labels.iter().map(String::as_bytes).collect();
        let message = asked(&bytes, 1);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a short message")]
        let cut = (message.len() as f64 * cut) as usize;
        prop_assert!(read(&message[..cut]).is_err());
    }
}
